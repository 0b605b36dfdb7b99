import { describe, expect, it } from 'vitest';
import { rotateMaskKey, unmask } from './unmask.ts';

const KEY = 0xdeadbe87 | 0;
const KEY_BYTES = [0x87, 0xbe, 0xad, 0xde];

/** Every length around the borders of the byte-wise and word-wise ways, at every alignment. */
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 63, 94, 95, 96, 97, 98, 99, 100, 127, 128, 129, 4095, 4096, 4097];
const ALIGNMENTS = [0, 1, 2, 3];

function masked(plain: Uint8Array, alignment: number): Buffer {
  const bytes = Buffer.alloc(alignment + plain.length + 5, 0xee);
  plain.forEach((byte, at) => {
    bytes[alignment + at] = byte ^ (KEY_BYTES[at & 3] as number);
  });
  return bytes;
}

describe('unmask', () => {
  it('unmasks the example of RFC 6455 section 5.7', () => {
    const bytes = Buffer.from('7f9f4d5158', 'hex');
    expect(unmask(bytes, 0, 5, 0x3d21fa37)).toBe(true);
    expect(bytes.toString()).toBe('Hello');
  });

  it.each(LENGTHS)('unmasks exactly its range at every alignment: %i bytes', (length) => {
    const plain = Buffer.from(Array.from({ length }, (_, at) => (at * 7) & 0xff));
    for (const alignment of ALIGNMENTS) {
      const bytes = masked(plain, alignment);
      unmask(bytes, alignment, alignment + length, KEY);
      expect(bytes.subarray(alignment, alignment + length).equals(plain)).toBe(true);
      expect(bytes.subarray(0, alignment).every((byte) => byte === 0xee)).toBe(true);
      expect(bytes.subarray(alignment + length).every((byte) => byte === 0xee)).toBe(true);
    }
  });

  it.each(LENGTHS.filter((length) => length > 0))('sees one byte above ASCII wherever it is: %i bytes', (length) => {
    for (const alignment of ALIGNMENTS) {
      const plain = Buffer.alloc(length, 0x7f);
      const whole = masked(plain, alignment);
      expect(unmask(whole, alignment, alignment + length, KEY)).toBe(true);
      for (const at of [0, 1, 2, 3, length >> 1, length - 4, length - 3, length - 2, length - 1]) {
        if (at < 0 || at >= length) continue;
        const spoilt = Buffer.from(plain);
        spoilt[at] = 0x80;
        expect(unmask(masked(spoilt, alignment), alignment, alignment + length, KEY)).toBe(false);
      }
    }
  });
});

describe('rotateMaskKey', () => {
  it('lets a payload be unmasked in pieces of any size', () => {
    const plain = Buffer.from('in pieces of any size');
    for (let cut = 0; cut <= plain.length; cut++) {
      const bytes = masked(plain, 0);
      unmask(bytes, 0, cut, KEY);
      unmask(bytes, cut, plain.length, rotateMaskKey(KEY, cut));
      expect(bytes.subarray(0, plain.length).toString()).toBe(plain.toString());
    }
  });
});
