const MAX_CHARS = 80;

/**
 * Quotes a value that a stranger chose so that it can stand in a log line or on a terminal: JSON, printable ASCII only
 * (no line breaks, escape sequences or bidirectional marks), at most 80 characters of it.
 */
export function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  const cut = json.length > MAX_CHARS ? `${json.slice(0, MAX_CHARS)}...` : json;
  return cut.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
