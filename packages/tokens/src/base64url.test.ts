import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64url } from './base64url.ts';

it('decodes what base64url encodes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(Buffer.from(bytes));
    }),
  );
});

it.each([
  ['padding', 'YQ=='],
  ['the other alphabet', '-_+/'],
  ['white space inside', 'YW\nJj'],
  ['white space behind', 'YWJj '],
  ['a set bit after the last byte', 'YR'],
  ['a length no bytes have', 'YWJjZ'],
  ['a letter outside ASCII that shares its low byte', 'YWJ\u016a'],
])('refuses %s', (_, text) => {
  expect(decodeBase64url(text)).toBeUndefined();
});

it('gives no two texts the same bytes', () => {
  const alphabet = fc.constantFrom(...'ABYZabyz0189-_+/= ');
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 6 }), (text) => {
      const bytes = decodeBase64url(text);
      expect(bytes === undefined || bytes.toString('base64url') === text).toBe(true);
    }),
  );
});
