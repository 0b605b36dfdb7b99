import { describe, expect, it } from 'vitest';
import { createOpaqueToken, hashOpaqueToken, hasOpaqueForm } from './opaque-token.ts';

describe('opaque tokens', () => {
  it('carry 256 random bits behind their prefix', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => createOpaqueToken('x_')));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(hasOpaqueForm('x_', token)).toBe(true);
  });

  it.each(['', 'x_', `y_${'A'.repeat(43)}`, `x_${'A'.repeat(42)}`, `x_${'A'.repeat(44)}`, `x_${'A'.repeat(42)}\n`])(
    'are told from %j by form alone',
    (text) => {
      expect(hasOpaqueForm('x_', text)).toBe(false);
    },
  );

  it('are stored as hex SHA-256', () => {
    expect(hashOpaqueToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
