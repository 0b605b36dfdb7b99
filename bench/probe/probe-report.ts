/** What the probe in a measured process writes at each SIGUSR2. */
export interface ProbeReport {
  /** Counts up from 1. */
  readonly number: number;
  readonly gc: GcWindow;
  /** After a forced collection, in bytes. */
  readonly heapUsedBytes: number;
}

/** Garbage collection since the report before. */
export interface GcWindow {
  readonly windowMs: number;
  readonly pauses: number;
  readonly pausedMs: number;
  readonly longestPauseMs: number;
}
