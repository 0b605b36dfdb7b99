import { networkOf } from '../kernel/addresses.ts';
import { createRateBucket, type Rate, type RateBucket, takeToken } from '../session/rate-bucket.ts';

/** Addresses remembered; beyond it the one seen first is forgotten. */
const ADDRESSES_MAX = 10_000;

/** Bounds how often an address gets a whole WebSocket handshake just to be told that its token is bad. */
export class RefusalRate {
  readonly #buckets = new Map<string, RateBucket>();
  readonly #rate: Rate;

  constructor(perSecond: number) {
    this.#rate = { perSecond, burst: perSecond * 5 };
  }

  /** Notes a refusal. Returns 0, or the milliseconds to wait when there are too many. */
  note(address: string, nowMs: number): number {
    const network = networkOf(address);
    let bucket = this.#buckets.get(network);
    if (bucket === undefined) {
      bucket = createRateBucket(this.#rate, nowMs);
      if (this.#buckets.size >= ADDRESSES_MAX) this.#forgetOldest();
      this.#buckets.set(network, bucket);
    }
    return takeToken(bucket, this.#rate, nowMs);
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
