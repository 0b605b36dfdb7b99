/** Where time comes from. Tests give their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when the system clock is set. */
  now(): number;
  /** Milliseconds that never go back; for durations and deadlines. */
  monotonic(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
