import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { mintOwnToken, mintToken } from './mint.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import {
  app,
  encode,
  forge,
  GOOD,
  hs256,
  NOW_SECONDS,
  now,
  outcome,
  SECRET,
  verifierFor,
  verifierOfApp,
} from './testing/forge.ts';
import { createHmacKey, importPublicKey } from './verification-key.ts';

const clock = { currentDate: new Date(NOW_SECONDS * 1000), clockTolerance: 30 };

describe('what jose signs, we verify', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const hmac = createHmacKey(SECRET);

  it.each([
    ['HS256', hmac.key, hmac],
    ['EdDSA', ed.privateKey, importPublicKey(ed.publicKey.export({ format: 'jwk' }))],
    ['RS256', rsa.privateKey, importPublicKey(rsa.publicKey.export({ format: 'jwk' }))],
    ['ES256', ec.privateKey, importPublicKey(ec.publicKey.export({ format: 'jwk' }))],
  ])('%s', async (alg, privateKey, verificationKey) => {
    const verifier = verifierFor({ name: 'app', keys: [verificationKey] });
    const claims = fc.record({ sub: fc.uuid(), nested: fc.jsonValue({ maxDepth: 3 }), jti: fc.string() });
    await fc.assert(
      fc.asyncProperty(claims, async (extra) => {
        const token = await new SignJWT({ ...GOOD, ...extra }).setProtectedHeader({ alg }).sign(privateKey);
        expect(verifier.verify(token)).toMatchObject({ ok: true, claims: { userId: extra.sub, tokenId: extra.jti } });
      }),
      { numRuns: 30 },
    );
  });
});

describe('what we sign, jose verifies', () => {
  it('HS256', async () => {
    const key = createHmacKey(SECRET, { kid: 'k1' });
    const token = mintToken({ sub: '42', iss: 'a', aud: ['b', 'c'] }, { key, ttlSeconds: 60, now });
    const { payload, protectedHeader } = await jwtVerify(token, SECRET, { ...clock, issuer: 'a', audience: 'c' });
    expect(payload).toEqual({ sub: '42', iss: 'a', aud: ['b', 'c'], iat: NOW_SECONDS, exp: NOW_SECONDS + 60 });
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
  });

  it('EdDSA', async () => {
    const jwk = generateSigningKey();
    const own = { userId: 'usr_1', sessionId: 's', tokenId: 't', roles: ['admin'] };
    const token = mintOwnToken(own, { key: importSigningKey(jwk), ttlSeconds: 60, now });
    const { d: _, ...publicJwk } = jwk;
    const { payload, protectedHeader } = await jwtVerify(token, publicJwk, { ...clock, issuer: 'parley' });
    expect(payload).toEqual({
      iss: 'parley',
      sub: 'usr_1',
      sid: 's',
      jti: 't',
      roles: ['admin'],
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 60,
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: jwk.kid });
  });
});

it('accepts no token that jose refuses, however a good one was changed', async () => {
  const verifier = verifierOfApp({ issuer: ['a'] });
  const offset = fc.constantFrom(-3600, -31, -30, -29, 0, 29, 30, 31, 3600);
  const time = fc.oneof(
    offset.map((seconds): unknown => NOW_SECONDS + seconds),
    fc.constantFrom<unknown>('1', null, -1, 0.5, 1e13, undefined),
  );
  const headerChange = fc.oneof(
    fc.record({ alg: fc.constantFrom<unknown>('HS384', 'none', 'RS256', null, 7, undefined) }),
    fc.record({ kid: fc.constantFrom<unknown>('k', 7) }),
    fc.record({
      crit: fc.constantFrom<unknown>([], ['b64'], ['exp']),
      b64: fc.constantFrom<unknown>(undefined, false),
    }),
  );
  const claimChange = fc.oneof(
    fc.record({ exp: time }),
    fc.record({ nbf: time }),
    fc.record({ iat: time }),
    fc.record({ iss: fc.constantFrom<unknown>('b', '', null, ['a'], undefined) }),
    fc.record({ sub: fc.constantFrom<unknown>(42, '', null, undefined) }),
  );
  const changes = fc.tuple(fc.array(headerChange, { maxLength: 1 }), fc.array(claimChange, { maxLength: 2 }));
  const seen = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(SECRET, SECRET, randomBytes(32)), async ([header, claims], key) => {
      const payload = Object.assign({ ...GOOD, iss: 'a' }, ...claims);
      const token = forge(payload, Object.assign({ alg: 'HS256' }, ...header), hs256(key));
      const isAccepted = verifier.verify(token).ok;
      seen[isAccepted ? 'accepted' : 'refused'] += 1;
      if (!isAccepted) return;
      const options = { ...clock, issuer: 'a', algorithms: ['HS256'], requiredClaims: ['exp'] };
      await expect(jwtVerify(token, SECRET, options)).resolves.toBeDefined();
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
});

it('signs any payload as jose does, byte for byte', async () => {
  const token = forge(GOOD, { alg: 'HS256', typ: 'JWT' });
  const signed = await new CompactSign(Buffer.from(JSON.stringify(GOOD)))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(SECRET);
  expect(signed).toBe(token);
  expect(signed.split('.')[1]).toBe(encode(GOOD));
  expect(outcome(verifierFor(app), signed)).toBe('ok');
});
