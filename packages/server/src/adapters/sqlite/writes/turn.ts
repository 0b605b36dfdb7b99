/** The time of the transaction under way, as the main thread's clock told it. */
export interface Turn {
  nowMs: number;
}
