/** What the first bytes of a connection say it is. `more`: not decided yet. */
export type Sniffed = 'more' | 'proxy-v1' | 'proxy-v2' | 'tls' | 'http' | 'lines' | 'unknown';

/** Bytes that always suffice to decide. */
export const SNIFF_MAX_BYTES = 12;

/** PROXY protocol version 2 begins with these (HAProxy's proxy-protocol.txt, section 2.2). */
const PROXY_V2_SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const PROXY_V1_START = Buffer.from('PROXY ', 'latin1');
/** Methods of RFC 9110 and PATCH (RFC 5789), each with the blank after it. */
const HTTP_STARTS = ['GET ', 'POST ', 'PUT ', 'HEAD ', 'DELETE ', 'OPTIONS ', 'PATCH ', 'TRACE ', 'CONNECT '].map(
  (start) => Buffer.from(start, 'latin1'),
);
/** HTTP/2 with prior knowledge (RFC 9113 section 3.4): HTTP to a person, so it is refused as HTTP. */
const HTTP2_START = Buffer.from('PRI * HTTP/2', 'latin1');

const LF = 0x0a;
const CR = 0x0d;
const BRACE = 0x7b;
const TLS_HANDSHAKE = 0x16;

/**
 * Decides what a connection is from its first bytes. CR LF decides nothing before byte 5: the PROXY version 2 signature
 * begins with it, and so may a line of JSON.
 */
export function sniff(bytes: Buffer): Sniffed {
  const first = bytes[0];
  if (first === undefined) return 'more';
  if (first === BRACE) return 'lines';
  if (first === TLS_HANDSHAKE) return bytes.length < 2 ? 'more' : bytes[1] === 0x03 ? 'tls' : 'unknown';
  if (first === CR) return sniffCarriageReturn(bytes);
  if (first === LF || first === 0x20 || first === 0x09) return 'lines';
  const http = HTTP_STARTS.some((start) => startsAlike(bytes, start, 'whole'));
  if (http || startsAlike(bytes, HTTP2_START, 'whole')) return 'http';
  if (startsAlike(bytes, PROXY_V1_START, 'whole')) return 'proxy-v1';
  const isOpen = [...HTTP_STARTS, HTTP2_START, PROXY_V1_START].some((start) => startsAlike(bytes, start, 'part'));
  return isOpen ? 'more' : 'unknown';
}

function sniffCarriageReturn(bytes: Buffer): Sniffed {
  if (startsAlike(bytes, PROXY_V2_SIGNATURE, 'whole')) return 'proxy-v2';
  if (startsAlike(bytes, PROXY_V2_SIGNATURE, 'part')) return 'more';
  return 'lines';
}

/** `whole`: the bytes begin with all of `start`; `part`: they are a beginning of it. */
function startsAlike(bytes: Buffer, start: Buffer, extent: 'whole' | 'part'): boolean {
  const length = Math.min(bytes.length, start.length);
  if (extent === 'whole' ? bytes.length < start.length : bytes.length >= start.length) return false;
  return bytes.compare(start, 0, length, 0, length) === 0;
}
