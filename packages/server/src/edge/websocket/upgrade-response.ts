import { isFieldValue, isToken } from './header-fields.ts';

/** What the 101 answer says. */
export interface UpgradeResponse {
  /** From `checkUpgrade`. */
  readonly accept: string;
  /** One of the subprotocols the client offered, or none. */
  readonly subprotocol?: string | undefined;
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/**
 * The bytes that complete the handshake (RFC 6455 section 4.2.2). Throws a TypeError when a header could not be sent as
 * it stands, so that nothing taken from a request can add header lines.
 */
export function encodeUpgradeResponse({ accept, subprotocol, extraHeaders = {} }: UpgradeResponse): Buffer {
  let head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`;
  head += `Sec-WebSocket-Accept: ${accept}\r\n`;
  if (subprotocol !== undefined) head += headerLine('Sec-WebSocket-Protocol', subprotocol);
  for (const [name, value] of Object.entries(extraHeaders)) head += headerLine(name, value);
  return Buffer.from(`${head}\r\n`, 'latin1');
}

function headerLine(name: string, value: string): string {
  if (isToken(name) && isFieldValue(value)) return `${name}: ${value}\r\n`;
  throw new TypeError(`The header ${JSON.stringify(name)} has characters that HTTP does not allow; send plain ASCII.`);
}
