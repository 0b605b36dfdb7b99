import type { Service } from '../../kernel/lifecycle.ts';
import type { Log } from '../../kernel/log.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Revocations } from './revocations.ts';

export interface HousekeepingOptions {
  readonly revocations: Revocations;
  readonly trail: AuditTrail;
  readonly log: Log;
  /** Time between rounds. Default 60,000. */
  readonly intervalMs?: number;
}

/**
 * Keeps this feature's memory in order. `start` loads the revocations: only then may anybody be authenticated. Each round
 * reads them again, which heals what the bus lost, and writes the failures that were only counted.
 */
export class AuthHousekeeping implements Service {
  readonly name = 'auth';
  readonly #revocations: Revocations;
  readonly #trail: AuditTrail;
  readonly #log: Log;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HousekeepingOptions) {
    this.#revocations = options.revocations;
    this.#trail = options.trail;
    this.#log = options.log;
    this.#intervalMs = options.intervalMs ?? 60_000;
  }

  async start(): Promise<void> {
    await this.#revocations.load();
    this.#timer ??= setInterval(() => void this.runOnce(), this.#intervalMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#trail.flush();
  }

  /** One round. Never rejects. */
  async runOnce(): Promise<void> {
    await this.#trail.flush();
    try {
      await this.#revocations.load();
    } catch (failure) {
      this.#log.warn({ err: failure }, 'revocations could not be read again');
    }
  }
}
