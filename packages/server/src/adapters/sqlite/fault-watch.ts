import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';

/** What keeps the storage from working. */
export interface StorageFault {
  /** A sentence for operators. */
  readonly reason: string;
  readonly sinceMs: number;
}

/** How often a faulty storage is tried when nobody calls it. */
const PROBE_EVERY_MS = 1_000;

/**
 * Knows whether one side of the storage works. It says so in the log when that changes, and while it does not work it
 * tries again every second, so that it is found well also when the load balancer sends nobody.
 */
export class FaultWatch {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #probe: () => void;
  #fault: StorageFault | undefined;
  #lastFault: StorageFault | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly name: string;
    readonly clock: Clock;
    readonly log: Log;
    readonly probe: () => void;
  }) {
    this.#name = options.name;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#probe = options.probe;
  }

  /** The fault of the moment. */
  get fault(): StorageFault | undefined {
    return this.#fault;
  }

  /** The newest fault, also when it is over. */
  get lastFault(): StorageFault | undefined {
    return this.#lastFault;
  }

  /** Notes that calls fail. */
  failed(reason: string): void {
    if (this.#fault !== undefined) return;
    this.#fault = { reason, sinceMs: this.#clock.now() };
    this.#lastFault = this.#fault;
    this.#log.error({ storage: this.#name, reason }, `The ${this.#name} of the storage fails; it is tried again.`);
    this.#timer = setInterval(this.#probe, PROBE_EVERY_MS).unref();
  }

  /** Notes that calls are done. */
  worked(): void {
    if (this.#fault === undefined) return;
    const downMs = this.#clock.now() - this.#fault.sinceMs;
    this.#fault = undefined;
    clearInterval(this.#timer);
    this.#log.info({ storage: this.#name, downMs }, `The ${this.#name} of the storage works again.`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
