/** A value that JSON can hold. Members that are undefined are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * JSON in the one form that RFC 8785 gives each value: no white space, members sorted by UTF-16 code units, numbers and
 * strings as ECMAScript writes them. Throws on numbers that JSON does not have and on lone surrogates.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} has no form in JSON.`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new RangeError('A string has a lone surrogate.');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).filter((member): member is [string, JsonValue] => member[1] !== undefined);
  // the default order of sort() is that of UTF-16 code units
  const keys = members.map(([key]) => key).sort();
  const byKey = new Map(members);
  return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(byKey.get(key) as JsonValue)}`).join(',')}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
