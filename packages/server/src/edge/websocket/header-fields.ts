/**
 * HTTP headers as they came: name, value, name, value. The shape of `IncomingMessage.rawHeaders`; names in any case.
 */
export type HeaderFields = readonly string[];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

/** Whether `text` is a token (RFC 9110 section 5.6.2): a header name, a subprotocol. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether `text` is plain ASCII without control characters, so that it cannot break out of a header line. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** All values of a header, in order. `name` is in lower case. */
export function headerValues(fields: HeaderFields, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const field = fields[at] as string;
    if (field === name || (field.length === name.length && field.toLowerCase() === name)) {
      values.push(fields[at + 1] as string);
    }
  }
  return values;
}

/** The elements of a comma-separated list that may be spread over several headers (RFC 9110 section 5.6.1). */
export function listElements(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map((element) => trimWhitespace(element)));
}

/** Whether the list has this element. `element` is in lower case; the case of the list does not matter. */
export function listHas(values: readonly string[], element: string): boolean {
  // most clients send just the one element
  if (values.length === 1 && values[0]?.length === element.length) return values[0].toLowerCase() === element;
  return listElements(values).some((candidate) => candidate.toLowerCase() === element);
}

/** Without the spaces and tabs around it. `String#trim` would also take characters that HTTP does not count as such. */
function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text, start)) start++;
  while (end > start && isWhitespace(text, end - 1)) end--;
  return text.slice(start, end);
}

function isWhitespace(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
