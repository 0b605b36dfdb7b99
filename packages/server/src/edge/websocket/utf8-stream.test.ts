import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { advanceUtf8, UTF8_BOUNDARY, UTF8_INVALID } from './utf8-stream.ts';

/** Feeds the bytes one by one; returns how many it took to see that they are invalid, or undefined. */
function failsAfter(hex: string): number | undefined {
  const bytes = Buffer.from(hex, 'hex');
  let state = UTF8_BOUNDARY;
  for (let at = 0; at < bytes.length; at++) {
    state = advanceUtf8(state, bytes, at, at + 1);
    if (state === UTF8_INVALID) return at + 1;
  }
  return undefined;
}

describe('advanceUtf8', () => {
  it.each([
    ['a lonely continuation byte', '80', 1],
    ['an overlong two-byte form', 'c0af', 1],
    ['an overlong two-byte form of U+007F', 'c1bf', 1],
    ['an overlong three-byte form', 'e09fbf', 2],
    ['an overlong four-byte form', 'f08fbfbf', 2],
    ['a high surrogate', 'eda080', 2],
    ['a low surrogate', 'edbfbf', 2],
    ['a code point above U+10FFFF', 'f4908080', 2],
    ['a lead byte above F4', 'f5', 1],
    ['a five-byte form', 'f888808080', 1],
    ['FE', 'fe', 1],
    ['ASCII inside a character', 'e282ac e2 41'.replaceAll(' ', ''), 5],
    ['a lead byte inside a character', 'f09f98c3', 4],
  ])('finds %s with the first byte that shows it', (_what, hex, bytes) => {
    expect(failsAfter(hex)).toBe(bytes);
  });

  it('finds the bad byte of a character that the piece cuts off', () => {
    const piece = Buffer.from('61eda0', 'hex');
    expect(advanceUtf8(UTF8_BOUNDARY, piece, 0, piece.length)).toBe(UTF8_INVALID);
  });

  it('looks at its range only', () => {
    const bytes = Buffer.from('ff61ff', 'hex');
    expect(advanceUtf8(UTF8_BOUNDARY, bytes, 1, 2)).toBe(UTF8_BOUNDARY);
    expect(advanceUtf8(UTF8_BOUNDARY, bytes, 0, 0)).toBe(UTF8_BOUNDARY);
  });

  it('agrees with isUtf8 on every sequence of up to three bytes, and on four at the borders', () => {
    const borders = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5,
    ];
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    let disagreements = 0;
    const compare = (...sequence: number[]) => {
      const bytes = Buffer.from(sequence);
      const inOne = advanceUtf8(UTF8_BOUNDARY, bytes, 0, bytes.length) === UTF8_BOUNDARY;
      let state = UTF8_BOUNDARY;
      for (let at = 0; at < bytes.length && state !== UTF8_INVALID; at++) state = advanceUtf8(state, bytes, at, at + 1);
      if (isUtf8(bytes) !== inOne || inOne !== (state === UTF8_BOUNDARY)) disagreements++;
    };
    for (const first of all) {
      for (const second of all) {
        for (const third of [0x41, 0x80, 0xbf, 0xc2]) {
          compare(first, second, third);
          if (first >= 0xef && borders.includes(second))
            for (const fourth of borders) compare(first, second, third, fourth);
        }
      }
    }
    expect(disagreements).toBe(0);
  });

  it('is never wrong early: whatever can still become valid text is not refused', () => {
    for (const text of [
      '\u0080',
      '\u07ff',
      '\u0800',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
      'aé€😀z',
    ]) {
      const bytes = Buffer.from(text);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const state = advanceUtf8(UTF8_BOUNDARY, bytes, 0, cut);
        expect(state).not.toBe(UTF8_INVALID);
        expect(advanceUtf8(state, bytes, cut, bytes.length)).toBe(UTF8_BOUNDARY);
      }
    }
  });
});
