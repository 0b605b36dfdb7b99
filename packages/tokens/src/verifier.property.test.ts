import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintOwnToken, mintToken } from './mint.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import { app, forge, GOOD, NOW_SECONDS, now, SECRET, verifierFor, verifierOfApp } from './testing/forge.ts';
import { TOKEN_ERROR_CODES } from './token-failure.ts';
import { createHmacKey, importPublicKey } from './verification-key.ts';
import { createVerifier } from './verifier.ts';

const signingKey = importSigningKey(generateSigningKey());
const own = { keys: [signingKey.verificationKey] };
const ids = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((id) => id.trim() !== '' && !/\p{Cc}/u.test(id));

describe('round trip', () => {
  it('gives back what an own token was minted with', () => {
    const verifier = createVerifier({ own, now });
    const claims = fc.record({ userId: ids, sessionId: ids, tokenId: ids, roles: fc.array(ids, { maxLength: 5 }) });
    fc.assert(
      fc.property(claims, fc.integer({ min: 1, max: 1e8 }), (minted, ttlSeconds) => {
        const token = mintOwnToken(minted, { key: signingKey, ttlSeconds, now });
        const claims = {
          ...minted,
          issuerName: 'parley',
          isOwn: true,
          issuedAt: NOW_SECONDS,
          expiresAt: NOW_SECONDS + ttlSeconds,
        };
        expect(verifier.verify(token)).toEqual({ ok: true, claims });
      }),
    );
  });

  it('gives back the user of a foreign token under its prefix, and never a local user', () => {
    const id = fc.oneof(
      ids,
      fc.maxSafeInteger(),
      ids.map((rest) => `usr_${rest}`),
    );
    const prefix = fc.constantFrom('', 'u', 'us', 'usr', 'x:');
    fc.assert(
      fc.property(id, prefix, fc.constantFrom('sub', 'userId', 'user_id', 'id'), (user, start, claim) => {
        const verifier = verifierFor({ ...app, prefix: start });
        const result = verifier.verify(
          mintToken({ [claim]: user }, { key: createHmacKey(SECRET), ttlSeconds: 60, now }),
        );
        const userId = `${start}${user}`;
        if (userId.startsWith('usr_')) expect(result).toMatchObject({ ok: false, code: 'token_issuer' });
        else expect(result).toMatchObject({ ok: true, claims: { userId } });
      }),
    );
  });
});

describe('a valid token with one character changed', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKeys = [rsa, ec].map(({ publicKey }) => importPublicKey(publicKey.export({ format: 'jwk' })));
  const verifier = createVerifier({ own, foreign: [{ ...app, keys: [...app.keys, ...publicKeys] }], now });
  const es256 = (input: string) =>
    sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const tokens = {
    HS256: forge(GOOD),
    EdDSA: mintOwnToken(
      { userId: 'usr_1', sessionId: 's', tokenId: 't', roles: [] },
      { key: signingKey, ttlSeconds: 60, now },
    ),
    RS256: forge(GOOD, { alg: 'RS256' }, (input) => sign('sha256', Buffer.from(input), rsa.privateKey)),
    ES256: forge(GOOD, { alg: 'ES256' }, es256),
  };

  it.each(Object.entries(tokens))('never verifies (%s)', (_, token) => {
    expect(verifier.verify(token).ok).toBe(true);
    const at = fc.nat({ max: token.length - 1 });
    const char = fc.oneof(
      fc.constantFrom(...'ABCDwxyz0189-_.= \n+/%'),
      fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    );
    fc.assert(
      fc.property(at, char, (index, replacement) => {
        if (replacement === token[index]) return;
        expect(verifier.verify(token.slice(0, index) + replacement + token.slice(index + 1)).ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('never verifies, whichever of its characters becomes whichever other (HS256, all of them)', () => {
    const plain = verifierOfApp();
    const token = tokens.HS256;
    for (let index = 0; index < token.length; index += 1) {
      for (const replacement of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=') {
        const changed = token.slice(0, index) + replacement + token.slice(index + 1);
        if (changed !== token && plain.verify(changed).ok) expect.fail(`accepted with ${replacement} at ${index}`);
      }
    }
  });

  it('never verifies with a character more or fewer', () => {
    const token = tokens.HS256;
    for (let index = 0; index <= token.length; index += 1) {
      expect(verifier.verify(`${token.slice(0, index)}A${token.slice(index)}`).ok).toBe(false);
      expect(verifier.verify(token.slice(0, index) + token.slice(index + 1)).ok).toBe(index === token.length);
    }
  });
});

it('answers anything at all with a code and a sentence', () => {
  const verifier = verifierOfApp();
  const part = fc.oneof(
    fc.base64String(),
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
  );
  const anything = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
  );
  fc.assert(
    fc.property(anything, (token) => {
      const result = verifier.verify(token);
      expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(/^[A-Z"].*\.$/) });
      expect(TOKEN_ERROR_CODES).toContain(result.ok ? '' : result.code);
    }),
    { numRuns: 2000 },
  );
});
