import type { Clock } from '../../../kernel/clock.ts';

/** A Clock for tests: stands still until it is told to move. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;

  constructor(nowMs = Date.UTC(2026, 10, 20, 12, 0, 0, 250)) {
    this.#nowMs = nowMs;
    this.#startMs = nowMs;
  }

  now = (): number => this.#nowMs;
  monotonic = (): number => this.#nowMs - this.#startMs;

  /** Moves on. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }
}
