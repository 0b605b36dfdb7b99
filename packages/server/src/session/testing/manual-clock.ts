import type { Clock } from '../../kernel/clock.ts';

/** A Clock for tests: both its times stand still until they are told to move. */
export class ManualClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 20, 12);
  #monotonicMs = 5000;

  now = (): number => this.#nowMs;
  monotonic = (): number => this.#monotonicMs;

  /** Moves both on. */
  pass(ms: number): void {
    this.#nowMs += ms;
    this.#monotonicMs += ms;
  }

  /** Sets the time of day, as an operator or NTP does. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }
}
