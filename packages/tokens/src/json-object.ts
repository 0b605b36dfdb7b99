/** A parsed JSON object whose members nobody has looked at yet. */
export type JsonObject = { readonly [name: string]: unknown };

const MAX_DEPTH = 32;
// A byte order mark is kept, so that JSON.parse refuses it (RFC 8259 section 8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses bytes as one JSON object, or returns `undefined`.
 *
 * Stricter than `JSON.parse`: invalid UTF-8, nesting deeper than 32 and a top-level name that occurs twice are refused.
 * RFC 7519 section 4 lets a reader refuse duplicates or take the last one; we refuse, because whoever looked at the
 * token before us may have taken the first.
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    return countMembers(text) === Object.keys(value).length ? value : undefined;
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * How many members the object written in `text` has, duplicates counted each time; -1 if it is nested too deep.
 * Each member of the outermost object is one colon at depth 1 outside strings. `text` must be valid JSON.
 */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === ':' && depth === 1) members += 1;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth > MAX_DEPTH) return -1;
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
