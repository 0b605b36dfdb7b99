import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeSecret, fingerprint } from './fingerprint.ts';

it('is the beginning of the HMAC of a fixed label, so that two hosts can compare', () => {
  expect(fingerprint(Buffer.alloc(32, 1))).toBe('3235ef79');
  const key = randomBytes(48);
  expect(createHmac('sha256', key).update('parley key fingerprint v1').digest('hex')).toMatch(
    new RegExp(`^${fingerprint(key)}`),
  );
});

it('gives no fingerprint of a key that is short enough to be guessed from it', () => {
  expect(fingerprint(Buffer.alloc(31, 1))).toBeUndefined();
  expect(describeSecret(Buffer.alloc(31, 0x61))).toBe('set, 31 characters');
});

it('describes a long secret by its fingerprint', () => {
  const key = randomBytes(32);
  expect(describeSecret(key)).toBe(fingerprint(key));
});

it('counts characters, not bytes, where the secret is text', () => {
  expect(describeSecret(Buffer.from('senhaçã'))).toBe('set, 7 characters');
  expect(describeSecret(Buffer.from([0xff, 0xfe, 0xfd]))).toBe('set, 3 characters');
});
