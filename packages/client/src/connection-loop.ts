import type { Backoff } from './backoff.ts';
import type { ClientError } from './client-error.ts';
import type { PushPayload } from './commands.ts';
import type { Timers } from './timers.ts';

/** How one connection, or the attempt at one, ended. */
export interface Attempt {
  readonly error: ClientError;
  /** Connecting again cannot help. */
  readonly isFinal: boolean;
  /** How long it was online; 0 when it never was. */
  readonly onlineMs: number;
}

/** What the loop drives. */
export interface LoopContext {
  readonly timers: Timers;
  readonly backoff: Backoff;
  /** Connects and resolves when that is over; never rejects. Has to end early when the signal says so. */
  connect(signal: AbortSignal): Promise<Attempt>;
  waiting(retryInMs: number, error: ClientError): void;
  /** The last attempt was final; nothing follows until `start`. */
  gaveUp(error: ClientError): void;
}

/** Connects again and again, with pauses that grow, until it is stopped or told that there is no point. */
export class ConnectionLoop {
  readonly #context: LoopContext;
  #run: AbortController | undefined;
  #previous: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #hint: PushPayload<'reconnect'> | undefined;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Begins, after an earlier run has cleaned up. */
  start(): void {
    const run = new AbortController();
    this.#run = run;
    this.#previous = this.#previous.then(() => this.#loop(run.signal));
  }

  /** Ends the connection and the loop. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.retryNow();
  }

  /** Ends the pause, if there is one. */
  retryNow(): void {
    this.#wake?.();
  }

  /** The server said when to come back. */
  noteHint(hint: PushPayload<'reconnect'>): void {
    this.#hint = hint;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const attempt = await this.#context.connect(signal);
      if (signal.aborted) return;
      if (attempt.isFinal) {
        this.#run = undefined;
        this.#context.gaveUp(attempt.error);
        return;
      }
      const retryInMs = this.#pauseMs(attempt);
      this.#context.waiting(retryInMs, attempt.error);
      if (!signal.aborted) await this.#pause(retryInMs);
    }
  }

  #pauseMs({ onlineMs, error }: Attempt): number {
    const { backoff, timers } = this.#context;
    const hint = this.#hint;
    this.#hint = undefined;
    const pauseMs = backoff.nextMs(onlineMs);
    if (hint !== undefined) return hint.after_ms + timers.random() * hint.spread_ms;
    return Math.max(pauseMs, error.retryAfterMs ?? 0);
  }

  #pause(durationMs: number): Promise<void> {
    const { timers } = this.#context;
    return new Promise((resolve) => {
      const timer = timers.set(resolve, durationMs);
      this.#wake = () => {
        timers.clear(timer);
        resolve();
      };
    });
  }
}
