import { isBucketFull, type Rate, type RateBucket } from './rate-bucket.ts';

/** Users remembered at most; beyond it the one who left first is forgotten. About 150 bytes each. */
const USERS_MAX = 10_000;

/** Remembers the message rate of users who have left, until it is as if they had never sent: coming back must not refill it. */
export class DepartedUsers {
  readonly #buckets = new Map<string, RateBucket>();
  readonly #rate: Rate;
  readonly #maxUsers: number;

  constructor(rate: Rate, maxUsers: number = USERS_MAX) {
    this.#rate = rate;
    this.#maxUsers = maxUsers;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Remembers a user whose last connection ended. */
  keep(userId: string, { tokens, refilledAtMs }: RateBucket, nowMs: number): void {
    for (const [leftBefore, bucket] of this.#buckets) {
      const isNeeded = this.#buckets.size < this.#maxUsers && !isBucketFull(bucket, this.#rate, nowMs);
      if (isNeeded) break;
      this.#buckets.delete(leftBefore);
    }
    const bucket = { tokens, refilledAtMs };
    if (!isBucketFull(bucket, this.#rate, nowMs)) this.#buckets.set(userId, bucket);
  }

  /** Takes back what was remembered of a user who returns. */
  take(userId: string): RateBucket | undefined {
    const bucket = this.#buckets.get(userId);
    if (bucket !== undefined) this.#buckets.delete(userId);
    return bucket;
  }
}
