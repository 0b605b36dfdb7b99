/** How long to wait between attempts to connect. */
export interface BackoffOptions {
  /** Longest wait before the second attempt; it doubles with every further one. Default 500. */
  readonly firstMs?: number;
  /** Longest wait there is. Default 30,000. */
  readonly maxMs?: number;
}

/** A connection that lasted this long makes the next failure count as the first. */
const STABLE_MS = 5000;

/** Exponential backoff with full jitter: a random part of a wait that doubles up to a limit. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor({ firstMs = 500, maxMs = 30_000 }: BackoffOptions, random: () => number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** The wait before the next attempt. @param onlineMs how long the last one was connected; 0 when it never was */
  nextMs(onlineMs: number): number {
    if (onlineMs >= STABLE_MS) this.#attempts = 0;
    const limitMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return this.#random() * limitMs;
  }
}
