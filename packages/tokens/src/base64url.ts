/**
 * Decodes base64url as RFC 7515 section 2 writes it, or returns `undefined`.
 *
 * Only the one canonical spelling of the bytes is taken: no padding, no white space, no `+` and `/`, no set bits after
 * the last byte. Otherwise several texts would stand for one signature, and a token could be respelt without its key.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
