/** Time and chance, so that tests can hold them still. */
export interface Timers {
  /** A monotonic clock. */
  now(): number;
  /** At least 0 and less than 1. */
  random(): number;
  set(run: () => void, delayMs: number): unknown;
  clear(timer: unknown): void;
}

/** The platform's own. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  random: () => Math.random(),
  set: (run, delayMs) => setTimeout(run, delayMs),
  clear: (timer) => clearTimeout(timer as number),
};
