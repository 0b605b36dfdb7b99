import { describe, expect, it } from 'vitest';
import { frameBytes } from '../../../test/fixtures/frame-bytes.ts';
import {
  closePayload,
  encodeCloseFrame,
  encodeFrame,
  encodeMaskedFrame,
  encodeTextFrame,
  writeFrameHeader,
} from './frame-writer.ts';
import { OPCODE } from './opcodes.ts';

describe('the frame writer', () => {
  it('writes the examples of RFC 6455 section 5.7', () => {
    expect(encodeTextFrame('Hello').toString('hex')).toBe('810548656c6c6f');
    expect(encodeFrame(OPCODE.ping, Buffer.from('Hello')).toString('hex')).toBe('890548656c6c6f');
    expect(encodeMaskedFrame(OPCODE.text, Buffer.from('Hello'), 0x3d21fa37).toString('hex')).toBe(
      '818537fa213d7f9f4d5158',
    );
    expect(encodeFrame(OPCODE.binary, Buffer.alloc(256)).subarray(0, 4).toString('hex')).toBe('827e0100');
    expect(encodeFrame(OPCODE.binary, Buffer.alloc(65_536)).subarray(0, 10).toString('hex')).toBe(
      '827f0000000000010000',
    );
  });

  it.each([0, 1, 125, 126, 127, 4096, 65_535, 65_536, 70_001])('uses the shortest length form for %i bytes', (size) => {
    const payload = Buffer.alloc(size, 'ab');
    const expected = frameBytes({ opcode: OPCODE.binary, payload, maskKey: null });
    expect(encodeFrame(OPCODE.binary, payload).equals(expected)).toBe(true);
    const text = encodeTextFrame(payload.toString());
    expect(text[0]).toBe(0x81);
    expect(text.subarray(1).equals(expected.subarray(1))).toBe(true);
    const masked = frameBytes({ opcode: OPCODE.binary, payload, maskKey: -559038737 });
    expect(encodeMaskedFrame(OPCODE.binary, payload, -559038737).equals(masked)).toBe(true);
  });

  it('counts bytes, not characters, and leaves the payload it was given alone', () => {
    expect(encodeTextFrame('€'.repeat(42)).subarray(0, 4).toString('hex')).toBe('817e007e');
    const payload = Buffer.from('untouched');
    encodeMaskedFrame(OPCODE.text, payload);
    expect(payload.toString()).toBe('untouched');
  });

  it('writes lone surrogates as U+FFFD, so that text frames are always valid', () => {
    expect(encodeTextFrame('\ud800').toString('hex')).toBe('8103efbfbd');
  });

  it('masks with a different key each time', () => {
    const keys = new Set(
      Array.from({ length: 50 }, () => encodeMaskedFrame(OPCODE.text, Buffer.alloc(0)).toString('hex')),
    );
    expect(keys.size).toBe(50);
  });

  it('writes lengths beyond 32 bits', () => {
    const header = Buffer.alloc(10);
    expect(writeFrameHeader(header, 0, OPCODE.binary, 2 ** 40 + 1)).toBe(10);
    expect(header.toString('hex')).toBe('827f0000010000000001');
  });
});

describe('encodeCloseFrame', () => {
  it('writes code and reason', () => {
    expect(encodeCloseFrame(1002, 'rsv_not_zero').toString('hex')).toBe(
      `880e03ea${Buffer.from('rsv_not_zero').toString('hex')}`,
    );
    expect(encodeCloseFrame(1000).toString('hex')).toBe('880203e8');
  });

  it('writes an empty frame for 1005, which stands for no code', () => {
    expect(encodeCloseFrame(1005).toString('hex')).toBe('8800');
  });

  it('takes 123 bytes of reason, counted as UTF-8, and no more', () => {
    expect(closePayload(1000, `${'é'.repeat(61)}x`)).toHaveLength(125);
    expect(() => encodeCloseFrame(1000, 'é'.repeat(62))).toThrow('124 bytes');
  });

  it.each([0, 999, 1004, 1006, 1015, 2999, 5000, 65_536, Number.NaN])('refuses code %d', (code) => {
    expect(() => encodeCloseFrame(code)).toThrow(RangeError);
  });
});
