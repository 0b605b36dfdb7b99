import { RateLimiterMemory } from 'rate-limiter-flexible';
import { isLoopback, networkOf } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import { BoundedSet } from './bounded-set.ts';

export interface FailureGateOptions {
  /** Failures of one address within the window after which it is kept out until the window ends. */
  readonly maxFailures: number;
  readonly windowMs: number;
  /** Addresses remembered; the one not seen for longest is forgotten first. Default 10,000. */
  readonly maxAddresses?: number;
}

/**
 * Keeps strangers from making the storage work on what is wrong anyway. Only failures count, so any number of people may
 * succeed behind one address; loopback is not counted, because behind a proxy it would be everybody.
 */
export class FailureGate {
  readonly #maxFailures: number;
  readonly #failures: RateLimiterMemory;
  readonly #addresses: BoundedSet;

  constructor(options: FailureGateOptions) {
    this.#maxFailures = options.maxFailures;
    this.#failures = new RateLimiterMemory({ points: options.maxFailures, duration: options.windowMs / 1000 });
    this.#addresses = new BoundedSet(options.maxAddresses ?? 10_000, (key) => void this.#failures.delete(key));
  }

  /** @throws AppError `rate_limited` with `retryAfterMs` while the address is kept out */
  async assertOpen(address: string): Promise<void> {
    const known = await this.#failures.get(networkOf(address));
    if (known === null || known.consumedPoints < this.#maxFailures || known.msBeforeNext <= 0) return;
    throw new AppError('rate_limited', {
      message: 'Too many failures come from your address.',
      remedy: 'Wait for retry_after_ms.',
      retryAfterMs: Math.ceil(known.msBeforeNext),
    });
  }

  /** Counts a failure. */
  async count(address: string): Promise<void> {
    if (isLoopback(address)) return;
    const key = networkOf(address);
    this.#addresses.use(key);
    await this.#failures.penalty(key);
  }
}
