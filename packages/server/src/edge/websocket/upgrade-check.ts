import { hash } from 'node:crypto';
import type { ErrorCode } from '@parley/protocol';
import { headerValues, isToken, listElements, listHas } from './header-fields.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

/** The handshake is sound; whether this client may connect is decided elsewhere. */
export interface UpgradeAcceptance {
  readonly kind: 'accepted';
  /** Value of Sec-WebSocket-Key. */
  readonly key: string;
  /** Value of Sec-WebSocket-Accept in the answer. */
  readonly accept: string;
  /** What the client offers, in its order of preference; each once. */
  readonly subprotocols: readonly string[];
}

/** What is wrong with the handshake, ready to be answered with. */
export interface UpgradeRefusal {
  readonly kind: 'refused';
  readonly status: 400 | 405 | 426;
  readonly code: Extract<
    ErrorCode,
    'handshake_invalid' | 'method_not_allowed' | 'upgrade_required' | 'websocket_version'
  >;
  /** The header that is wrong, in lower case; undefined when it is the request line. */
  readonly header: string | undefined;
  /** Full sentence. */
  readonly message: string;
  /** Headers that HTTP demands beside this status. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

const VERSION = '13';
/** Base64 of exactly 16 bytes. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const KEY_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The server's checks of an opening handshake (RFC 6455 section 4.2.1), the same whichever parser read the request.
 * Origin, Host policy and authentication are the caller's.
 */
export function checkUpgrade(request: UpgradeRequest): UpgradeAcceptance | UpgradeRefusal {
  const refusal = checkRequestLine(request) ?? checkHopHeaders(request) ?? checkVersion(request) ?? checkKey(request);
  if (refusal !== undefined) return refusal;
  const subprotocols = parseSubprotocols(headerValues(request.rawHeaders, 'sec-websocket-protocol'));
  if (subprotocols === undefined) {
    return invalid('sec-websocket-protocol', 'Sec-WebSocket-Protocol must list different tokens, separated by commas.');
  }
  const [key = ''] = headerValues(request.rawHeaders, 'sec-websocket-key');
  return { kind: 'accepted', key, accept: acceptKey(key), subprotocols };
}

/** The proof of having read the handshake (RFC 6455 section 4.2.2, step 5.4). */
export function acceptKey(key: string): string {
  return hash('sha1', key + KEY_GUID, 'base64');
}

function checkRequestLine(request: UpgradeRequest): UpgradeRefusal | undefined {
  if (request.method !== 'GET') {
    const message = `A WebSocket handshake is a GET request, not ${request.method ?? 'one without a method'}.`;
    return refusal(405, 'method_not_allowed', undefined, message, { allow: 'GET' });
  }
  if (request.httpVersion !== '1.1') {
    return invalid(undefined, `A WebSocket handshake needs HTTP/1.1, and this came as HTTP/${request.httpVersion}.`);
  }
  return undefined;
}

function checkHopHeaders({ rawHeaders }: UpgradeRequest): UpgradeRefusal | undefined {
  if (!listHas(headerValues(rawHeaders, 'upgrade'), 'websocket')) {
    const message = 'The Upgrade header does not name websocket; a proxy in between may have dropped it.';
    return refusal(426, 'upgrade_required', 'upgrade', message, { connection: 'Upgrade', upgrade: 'websocket' });
  }
  if (!listHas(headerValues(rawHeaders, 'connection'), 'upgrade')) {
    return invalid(
      'connection',
      'The Connection header does not name upgrade; a proxy in between may have changed it.',
    );
  }
  const hosts = headerValues(rawHeaders, 'host');
  if (hosts.length !== 1 || hosts[0] === '') return invalid('host', 'There must be exactly one Host header.');
  for (const name of ['transfer-encoding', 'content-length']) {
    if (headerValues(rawHeaders, name).length > 0) return invalid(name, 'A WebSocket handshake has no body.');
  }
  return undefined;
}

function checkVersion({ rawHeaders }: UpgradeRequest): UpgradeRefusal | undefined {
  const versions = headerValues(rawHeaders, 'sec-websocket-version');
  if (versions.length === 1 && versions[0] === VERSION) return undefined;
  const message = `Sec-WebSocket-Version must be ${VERSION}, once.`;
  const responseHeaders = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': VERSION };
  return refusal(426, 'websocket_version', 'sec-websocket-version', message, responseHeaders);
}

function checkKey({ rawHeaders }: UpgradeRequest): UpgradeRefusal | undefined {
  const keys = headerValues(rawHeaders, 'sec-websocket-key');
  if (keys.length === 1 && KEY.test(keys[0] as string)) return undefined;
  return invalid('sec-websocket-key', 'Sec-WebSocket-Key must be the base64 form of 16 bytes, once.');
}

/** Undefined when the list is malformed or names one twice (RFC 6455 section 4.1, item 10). */
function parseSubprotocols(values: readonly string[]): string[] | undefined {
  if (values.length === 0) return [];
  const subprotocols = listElements(values);
  const isSound = subprotocols.every(isToken) && new Set(subprotocols).size === subprotocols.length;
  return isSound ? subprotocols : undefined;
}

function invalid(header: string | undefined, message: string): UpgradeRefusal {
  return refusal(400, 'handshake_invalid', header, message, {});
}

function refusal(
  status: UpgradeRefusal['status'],
  code: UpgradeRefusal['code'],
  header: string | undefined,
  message: string,
  responseHeaders: UpgradeRefusal['responseHeaders'],
): UpgradeRefusal {
  return { kind: 'refused', status, code, header, message, responseHeaders };
}
