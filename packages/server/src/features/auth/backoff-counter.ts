import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BoundedSet } from './bounded-set.ts';

/** How failures of one key slow down further attempts. */
export interface BackoffRule {
  /** Attempts within the window that need not wait. */
  readonly freeAttempts: number;
  /** Counted from the first attempt; everything is forgotten after it. */
  readonly windowMs: number;
  /** The wait after the first attempt that is not free; it doubles with each further one. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** Keys remembered; the one not used for longest is forgotten first. */
  readonly maxKeys: number;
}

/** Whether an attempt may be made. */
export type Admission =
  | {
      readonly isAdmitted: true /** The wait that follows if it stays counted; 0 while free. */;
      readonly waitMs: number;
    }
  | { readonly isAdmitted: false; readonly retryAfterMs: number };

/**
 * Counts attempts per key and spaces them out:
 *
 *     attempt   1 2 3 4 5   6   7     8         9                 ...
 *               free        | 1 s| 2 s |  4 s    |  8 s            up to maxWaitMs
 *
 * An attempt counts as failed from its beginning, so that many at the same moment cannot all slip through; whoever
 * succeeds takes it back. Refused attempts do not count: hammering prolongs nothing.
 */
export class BackoffCounter {
  readonly #rule: BackoffRule;
  readonly #attempts: RateLimiterMemory;
  /** One point, taken for the length of the wait. */
  readonly #waits: RateLimiterMemory;
  readonly #keys: BoundedSet;

  constructor(rule: BackoffRule) {
    this.#rule = rule;
    this.#attempts = new RateLimiterMemory({ points: rule.freeAttempts, duration: rule.windowMs / 1000 });
    this.#waits = new RateLimiterMemory({ points: 1, duration: rule.maxWaitMs / 1000 });
    this.#keys = new BoundedSet(rule.maxKeys, (key) => void this.reset(key));
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** Counts an attempt, unless the key has to wait. */
  async begin(key: string): Promise<Admission> {
    this.#keys.use(key);
    const { consumedPoints } = await this.#attempts.penalty(key);
    const waitMs = this.#waitAfter(consumedPoints);
    if (waitMs === 0) return { isAdmitted: true, waitMs };
    return this.#takeWait(key, waitMs);
  }

  /** Takes an attempt back, and the wait that it began. */
  async undo(key: string, waitMs: number): Promise<void> {
    await this.#attempts.reward(key);
    if (waitMs > 0) await this.#waits.delete(key);
  }

  /** Forgets all attempts of a key. */
  async reset(key: string): Promise<void> {
    this.#keys.delete(key);
    await this.#attempts.delete(key);
    await this.#waits.delete(key);
  }

  /** Of attempts that come this far at the same moment, the first takes the place and the others wait. */
  async #takeWait(key: string, waitMs: number): Promise<Admission> {
    try {
      await this.#waits.consume(key, 1, { customDuration: waitMs / 1000 });
      return { isAdmitted: true, waitMs };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      await this.#attempts.reward(key);
      return { isAdmitted: false, retryAfterMs: refusal.msBeforeNext };
    }
  }

  #waitAfter(attempts: number): number {
    const beyond = attempts - this.#rule.freeAttempts;
    if (beyond <= 0) return 0;
    return Math.min(this.#rule.firstWaitMs * 2 ** (beyond - 1), this.#rule.maxWaitMs);
  }
}
