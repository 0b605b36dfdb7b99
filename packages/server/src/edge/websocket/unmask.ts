import { endianness } from 'node:os';

/** Below this many bytes, making a view of 32-bit words costs more than it saves (measured on Node 24). */
const MIN_WORDWISE_BYTES = 96;
const CAN_USE_WORDS = endianness() === 'LE';

/**
 * Removes the mask from `bytes[start, end)` in place (RFC 6455 section 5.3). `maskKey` holds the key byte for
 * `bytes[start]` in its lowest 8 bits, the following ones above it. Returns whether every byte is ASCII, which costs
 * nothing here and saves most text messages their UTF-8 check.
 */
export function unmask(bytes: Uint8Array, start: number, end: number, maskKey: number): boolean {
  if (end - start < MIN_WORDWISE_BYTES || !CAN_USE_WORDS) return unmaskBytes(bytes, start, end, maskKey) < 0x80;
  const firstWord = start + (-(bytes.byteOffset + start) & 3);
  const wordCount = (end - firstWord) >> 2;
  const wordKey = rotateMaskKey(maskKey, firstWord - start);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + firstWord, wordCount);
  const seenBefore = unmaskBytes(bytes, start, firstWord, maskKey);
  const seenWords = unmaskWords(words, wordKey);
  const seenAfter = unmaskBytes(bytes, firstWord + wordCount * 4, end, wordKey);
  return ((seenBefore | seenWords | seenAfter) & 0x80808080) === 0;
}

/** The key for the byte that follows `consumedBytes` bytes, as `unmask` wants it. */
export function rotateMaskKey(maskKey: number, consumedBytes: number): number {
  const bits = (consumedBytes & 3) * 8;
  return bits === 0 ? maskKey : (maskKey >>> bits) | (maskKey << (32 - bits));
}

/** Returns all unmasked bytes or-ed together. */
function unmaskBytes(bytes: Uint8Array, start: number, end: number, maskKey: number): number {
  const key0 = maskKey & 0xff;
  const key1 = (maskKey >>> 8) & 0xff;
  const key2 = (maskKey >>> 16) & 0xff;
  const key3 = maskKey >>> 24;
  let seen = 0;
  let at = start;
  for (const lastFour = end - 4; at <= lastFour; at += 4) {
    const byte0 = (bytes[at] as number) ^ key0;
    const byte1 = (bytes[at + 1] as number) ^ key1;
    const byte2 = (bytes[at + 2] as number) ^ key2;
    const byte3 = (bytes[at + 3] as number) ^ key3;
    bytes[at] = byte0;
    bytes[at + 1] = byte1;
    bytes[at + 2] = byte2;
    bytes[at + 3] = byte3;
    seen |= byte0 | byte1 | byte2 | byte3;
  }
  for (let key = maskKey; at < end; at++, key >>>= 8) {
    const byte = (bytes[at] as number) ^ (key & 0xff);
    bytes[at] = byte;
    seen |= byte;
  }
  return seen;
}

/** Returns all unmasked words or-ed together. */
function unmaskWords(words: Int32Array, maskKey: number): number {
  let seen = 0;
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] as number) ^ maskKey;
    words[at] = word;
    seen |= word;
  }
  return seen;
}
