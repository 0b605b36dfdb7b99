import { AppError } from '../../kernel/app-error.ts';
import type { CallFailure, Outcomes } from './thread-messages.ts';

/** When a call that failed is worth repeating. */
const RETRY_AFTER_MS = 1_000;
/** Settled entries are cut off when there are this many, so that a queue that never empties does not grow. */
const TRIM_AT = 8_192;

/** The calls that a thread has not answered yet, oldest first. */
export class PendingCalls {
  /** Resolve and reject by turns. */
  #settlers: ((outcome: never) => void)[] = [];
  #start = 0;

  /** How many wait. */
  get size(): number {
    return (this.#settlers.length - this.#start) / 2;
  }

  /** Adds the youngest. */
  add<Value>(): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#settlers.push(resolve, reject);
    });
  }

  /** Settles the oldest, one for each outcome. */
  settle({ values, failures }: Outcomes): void {
    for (const [index, value] of values.entries()) {
      const failure = failures?.get(index);
      const settler = this.#settlers[failure === undefined ? this.#start : this.#start + 1];
      this.#start += 2;
      settler?.((failure === undefined ? value : errorOf(failure)) as never);
    }
    this.#trim();
  }

  /** Rejects all. */
  failAll(error: AppError): void {
    const settlers = this.#settlers.slice(this.#start);
    this.#settlers = [];
    this.#start = 0;
    for (let i = 1; i < settlers.length; i += 2) settlers[i]?.(error as never);
  }

  #trim(): void {
    if (this.#start < this.#settlers.length && this.#start < TRIM_AT) return;
    this.#settlers = this.#settlers.slice(this.#start);
    this.#start = 0;
  }
}

/** What the caller of a failed call gets; the reason is for the log only. */
export function errorOf(failure: CallFailure): AppError {
  const cause = new Error(failure.reason);
  return new AppError(failure.code, { cause, retryAfterMs: RETRY_AFTER_MS });
}
