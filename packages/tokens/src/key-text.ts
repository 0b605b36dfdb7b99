/** The beginnings of PEM blocks, OpenSSH keys and JWKs (which all have a `kty`), after any white space and quotes. */
const KEY_TEXT = /-----\s*BEGIN|^[\s"'\ufeff]*(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-|\{[^]*\bkty\b)/i;

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * Whether bytes meant as a shared secret are really key material of another kind: PEM (with leading white space or
 * escaped line breaks too), an OpenSSH key, a JWK or a set of them, a key or certificate in DER, or its base64.
 * Such text is often public, so an HMAC under it would let anyone mint tokens.
 */
export function looksLikeKeyText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return KEY_TEXT.test(text) || isDer(bytes) || isDer(Buffer.from(text, 'base64'));
}

/**
 * Whether the bytes are one ASN.1 SEQUENCE from the first to the last, beginning with another SEQUENCE (SPKI,
 * certificate, encrypted key) or an INTEGER (PKCS#1, PKCS#8, SEC1). Random bytes of 32 look so once in eight million.
 */
function isDer(bytes: Uint8Array): boolean {
  const [tag = 0, length = 0] = bytes;
  if (tag !== SEQUENCE) return false;
  const lengthBytes = length < 0x80 ? 0 : length - 0x80;
  const contentStart = 2 + lengthBytes;
  const contentLength = lengthBytes === 0 ? length : bytes.subarray(2, contentStart).reduce((n, b) => n * 256 + b, 0);
  const inner = bytes[contentStart];
  return contentStart + contentLength === bytes.length && (inner === SEQUENCE || inner === INTEGER);
}
