import { toClientError } from './client-error.ts';
import type { Link } from './link.ts';
import type { Timers } from './timers.ts';

/**
 * Asks the server at every heartbeat whether it is there, and where the chats stand: browsers hide the server's own
 * pings from a page, and a lost last event shows by nothing else.
 */
export class KeepAlive {
  readonly #timers: Timers;
  readonly #requestTimeoutMs: number;
  #timer: unknown;

  constructor(timers: Timers, requestTimeoutMs: number) {
    this.#timers = timers;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /** Begins for a connection; one that does not answer is abandoned. */
  start(link: Link, everyMs: number): void {
    this.#timer = this.#timers.set(() => {
      link.request('ping', { heads: true }, this.#requestTimeoutMs).then(
        () => this.start(link, everyMs),
        (failure: unknown) => {
          const error = toClientError(failure);
          if (error.code === 'request_timeout') link.abandon(error);
          else if (error.code !== 'connection_lost') this.start(link, everyMs);
        },
      );
    }, everyMs);
  }

  stop(): void {
    this.#timers.clear(this.#timer);
  }
}
