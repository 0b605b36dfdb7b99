import { type HeaderFields, headerValues, isFieldValue, isToken, listHas } from './header-fields.ts';

/** A request that asks for an upgrade, whichever parser read it: an `IncomingMessage` is one as it stands. */
export interface UpgradeRequest {
  readonly method?: string | undefined;
  readonly httpVersion: string;
  readonly url?: string | undefined;
  readonly rawHeaders: HeaderFields;
}

/** What the direct path read. Header names are in lower case, none occurs twice. */
export interface DirectUpgrade extends UpgradeRequest {
  readonly kind: 'upgrade';
  readonly method: 'GET';
  readonly httpVersion: '1.1';
  readonly url: string;
  /** `url` up to the question mark, as sent. */
  readonly path: string;
  /** What follows the question mark, as sent; empty without one. */
  readonly query: string;
  /** Bytes after the head, a view: a client may send frames before it has our answer. */
  readonly rest: Buffer;
}

/** Not for the direct path: give the same bytes to Node's HTTP parser. */
export interface Deferral {
  readonly kind: 'defer';
}

/** Longest head the direct path takes; Node's own limit is the same or counts less. */
const MAX_HEAD_BYTES = 16_384;
const MAX_HEADERS = 100;
/** Origin-form in the characters of RFC 3986 only. */
const REQUEST_LINE = /^GET (\/[\w\-.~%!$&'()*+,;=:@/]*)(?:\?([\w\-.~%!$&'()*+,;=:@/?]*))? HTTP\/1\.1$/;
/** Headers that give a request a body or change how it is read: Node decides what follows from them. */
const DEFERRED_HEADERS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect', 'trailer']);
const DEFERRAL: Deferral = Object.freeze({ kind: 'defer' });

/**
 * Reads the head of a WebSocket handshake that came whole in the first read of a connection, without the `http` module
 * (which costs ten times as much per connection). Takes only what leaves no room for a second reading: origin-form,
 * CR LF everywhere, visible ASCII, no folded or repeated header, no body. Anything else, other requests included, is
 * deferred, so this never refuses anything; where it does not defer, Node's parser reads the same. Linear in the length
 * of `head`, of which it looks at no more than 16 KiB; changes and keeps nothing of it but the view `rest`.
 */
export function parseUpgradeRequest(head: Buffer): DirectUpgrade | Deferral {
  const end = head.subarray(0, MAX_HEAD_BYTES).indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0) return DEFERRAL;
  const lines = head.toString('latin1', 0, end).split('\r\n');
  const requestLine = REQUEST_LINE.exec(lines[0] as string);
  if (requestLine === null) return DEFERRAL;
  const rawHeaders = parseHeaders(lines);
  if (rawHeaders === undefined || !asksForWebSocket(rawHeaders)) return DEFERRAL;
  const [, path = '', query] = requestLine;
  return {
    kind: 'upgrade',
    method: 'GET',
    httpVersion: '1.1',
    url: query === undefined ? path : `${path}?${query}`,
    path,
    query: query ?? '',
    rawHeaders,
    rest: head.subarray(end + 4),
  };
}

/** The lines after the request line, or undefined when one of them is for Node's parser. */
function parseHeaders(lines: readonly string[]): string[] | undefined {
  if (lines.length - 1 > MAX_HEADERS) return undefined;
  const fields: string[] = [];
  const names = new Set<string>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!isToken(name) || !isFieldValue(line) || names.has(name) || DEFERRED_HEADERS.has(name)) return undefined;
    names.add(name);
    fields.push(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** An upgrade to something else (`h2c`) is an ordinary request here, which Node answers as such. */
function asksForWebSocket(rawHeaders: HeaderFields): boolean {
  return (
    listHas(headerValues(rawHeaders, 'connection'), 'upgrade') &&
    listHas(headerValues(rawHeaders, 'upgrade'), 'websocket')
  );
}
