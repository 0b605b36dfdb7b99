/** A rate: so many per second on average, so many at once. Infinity lifts it. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a token bucket remembers: two numbers, kept on the connection or user that it limits. */
export interface RateBucket {
  tokens: number;
  refilledAtMs: number;
}

/** Waiting as long as was told must do, whatever floating point makes of the refill. */
const ROUNDING = 1e-9;

/** A full bucket. */
export function createRateBucket(rate: Rate, nowMs: number): RateBucket {
  return { tokens: rate.burst, refilledAtMs: nowMs };
}

/** Takes one token. Returns 0 when there was one, else the milliseconds until there is. */
export function takeToken(bucket: RateBucket, rate: Rate, nowMs: number): number {
  if (rate.burst === Number.POSITIVE_INFINITY) return 0;
  const refilled = bucket.tokens + ((nowMs - bucket.refilledAtMs) * rate.perSecond) / 1000;
  bucket.tokens = refilled > rate.burst ? rate.burst : refilled;
  bucket.refilledAtMs = nowMs;
  if (bucket.tokens >= 1 - ROUNDING) {
    bucket.tokens -= 1;
    return 0;
  }
  return Math.ceil((((1 - bucket.tokens) * 1000) / rate.perSecond) * (1 - ROUNDING));
}

/** Whether a bucket is full, so that it need not be remembered. */
export function isBucketFull(bucket: RateBucket, rate: Rate, nowMs: number): boolean {
  if (bucket.tokens >= rate.burst) return true;
  return bucket.tokens + ((nowMs - bucket.refilledAtMs) * rate.perSecond) / 1000 >= rate.burst;
}
