let lastMs = Number.NaN;
let lastText = '';

/** A time in ISO 8601, UTC, with milliseconds. The last one is remembered: under load many messages share a millisecond. */
export function isoTime(epochMs: number): string {
  if (epochMs !== lastMs) {
    lastText = new Date(epochMs).toISOString();
    lastMs = epochMs;
  }
  return lastText;
}
