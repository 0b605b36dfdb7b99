import { isIP } from 'node:net';

/** Longest header of version 1, CR LF included (proxy-protocol.txt, section 2.1). */
const V1_MAX_BYTES = 107;
const V2_HEADER_BYTES = 16;
/** Addresses take 36 bytes at most here; the rest may be TLVs, which are skipped. */
const V2_MAX_BYTES = V2_HEADER_BYTES + 2048;

/** Outcome of reading a PROXY header: where the client is (undefined: the proxy speaks for itself) and where it ends. */
export type ProxyHeader =
  | { readonly kind: 'more' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'header'; readonly address: string | undefined; readonly length: number };

const MORE: ProxyHeader = { kind: 'more' };
const INVALID: ProxyHeader = { kind: 'invalid' };

/** Reads a version 1 header: `PROXY TCP4 <source> <destination> <port> <port>\r\n`, or `PROXY UNKNOWN...\r\n`. */
export function readProxyV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, V1_MAX_BYTES).indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length >= V1_MAX_BYTES ? INVALID : MORE;
  const length = end + 2;
  const words = bytes.toString('latin1', 0, end).split(' ');
  if (words[1] === 'UNKNOWN') return { kind: 'header', address: undefined, length };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words;
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : -1;
  const isValid =
    words.length === 6 &&
    isIP(source) === version &&
    isIP(destination) === version &&
    isPort(sourcePort) &&
    isPort(destinationPort);
  return isValid ? { kind: 'header', address: source, length } : INVALID;
}

/** Reads a version 2 header (binary). LOCAL and address families without an address say nothing about the client. */
export function readProxyV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_HEADER_BYTES) return MORE;
  const version = (bytes[12] as number) >> 4;
  const command = (bytes[12] as number) & 0x0f;
  const family = bytes[13] as number;
  const length = V2_HEADER_BYTES + bytes.readUInt16BE(14);
  if (version !== 2 || command > 1 || length > V2_MAX_BYTES) return INVALID;
  if (bytes.length < length) return MORE;
  if (command === 0) return { kind: 'header', address: undefined, length };
  // high nibble: 1 IPv4, 2 IPv6; low nibble: 1 stream
  if (family === 0x11) return readV2Address(bytes, 4, length);
  if (family === 0x21) return readV2Address(bytes, 16, length);
  return { kind: 'header', address: undefined, length };
}

function readV2Address(bytes: Buffer, addressBytes: 4 | 16, length: number): ProxyHeader {
  if (length < V2_HEADER_BYTES + addressBytes * 2 + 4) return INVALID;
  const raw = bytes.subarray(V2_HEADER_BYTES, V2_HEADER_BYTES + addressBytes);
  const address = addressBytes === 4 ? raw.join('.') : (raw.toString('hex').match(/.{4}/g) ?? []).join(':');
  return { kind: 'header', address, length };
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}
