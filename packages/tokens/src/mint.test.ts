import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MintClaims, mintOwnToken, mintToken } from './mint.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import { now, outcome, SECRET, verifierOfApp } from './testing/forge.ts';
import { createHmacKey } from './verification-key.ts';

const key = createHmacKey(SECRET);
const signingKey = importSigningKey(generateSigningKey());
const mint = (claims: unknown, ttlSeconds: unknown = 60) =>
  mintToken(claims as MintClaims, { key, ttlSeconds: ttlSeconds as number, now });

describe('mintToken', () => {
  it.each([
    ['text, which jsonwebtoken would take for milliseconds', '3600'],
    ['text with a unit', '1h'],
    ['zero', 0],
    ['negative', -1],
    ['a fraction', 0.5],
    ['NaN', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['missing', null],
  ])('refuses a ttlSeconds that is %s', (_, ttlSeconds) => {
    expect(() => mint({ sub: '42' }, ttlSeconds)).toThrow(/ttlSeconds.*a number and not as text/);
  });

  it.each([
    ['name no user', {}, /names no user/],
    ['name an empty user', { sub: '' }, /"sub" is empty/],
    ['set exp themselves', { sub: '42', exp: 1 }, /follow from ttlSeconds/],
    ['set iat themselves', { sub: '42', iat: 1 }, /follow from ttlSeconds/],
    ['have an iss that is no text', { sub: '42', iss: 7 }, /"iss"/],
    ['have an nbf that JSON cannot hold', { sub: '42', nbf: Number.NaN }, /"nbf"/],
    ['cannot be JSON', { sub: '42', big: 1n }, /not JSON/],
    ['are nested too deep', { sub: '42', deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) }, /too deep/],
    ['make the token too long', { sub: '42', pad: 'x'.repeat(7000) }, /8192/],
  ])('refuses claims that %s', (_, claims, reason) => {
    expect(() => mint(claims)).toThrow(reason);
  });

  it('refuses a time to live that ends after the last date', () => {
    expect(() => mint({ sub: '42' }, 1e11)).toThrow(/milliseconds/);
  });

  it('writes kid where the key has one', () => {
    const token = mintToken({ sub: '42' }, { key: createHmacKey(SECRET, { kid: 'k1' }), ttlSeconds: 60, now });
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'JWT',
      kid: 'k1',
    });
  });

  it('mints what the verifier of that secret accepts', () => {
    expect(outcome(verifierOfApp(), mint({ userId: '42' }))).toBe('ok');
  });
});

describe('mintOwnToken', () => {
  const claims = { userId: 'usr_1', sessionId: 's', tokenId: 't', roles: ['member'] };

  it.each([
    ['no user', { userId: '' }, /"sub"/],
    ['no session', { sessionId: '' }, /session id/],
    ['no token id', { tokenId: '' }, /token id/],
    ['a role without a name', { roles: [''] }, /role/],
  ])('refuses %s', (_, change, reason) => {
    expect(() => mintOwnToken({ ...claims, ...change }, { key: signingKey, ttlSeconds: 60, now })).toThrow(reason);
  });

  it('never repeats a secret in its complaint', () => {
    const secret = randomBytes(32).toString('hex');
    try {
      mintToken({ sub: '' }, { key: createHmacKey(Buffer.from(secret)), ttlSeconds: 60, now });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(secret.slice(0, 8));
    }
  });
});
