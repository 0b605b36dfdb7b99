import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHmacKey, importPublicKey, type VerificationKey } from './verification-key.ts';
import { createVerifier } from './verifier.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const jwk = rsa.publicKey.export({ format: 'jwk' });
const openSsh = `ssh-rsa ${randomBytes(200).toString('base64')} maria@host`;

describe('a shared secret', () => {
  it('may be short, because seed deployments have such', () => {
    expect(createHmacKey(Buffer.from('seu-secret-jwt'))).toMatchObject({ alg: 'HS256' });
  });

  it('must not be empty', () => {
    expect(() => createHmacKey(Buffer.alloc(0))).toThrow(/empty/);
  });

  it.each([
    ['a PEM block (CVE-2016-10555)', pem],
    ['a PEM block after white space (CVE-2026-34950, fast-jwt GHSA-mvf2-f6gm-w987)', ` \n\t${pem}`],
    ['a PKCS#1 PEM block (CVE-2023-48223, fast-jwt)', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string],
    ['a PEM block with escaped line breaks', pem.replaceAll('\n', '\\n')],
    ['a PEM block in quotes', `"${pem}"`],
    ['a PEM block with a byte order mark', `\ufeff${pem}`],
    ['a PEM block after other text', `Key: ${pem}`],
    ['an OpenSSH key (CVE-2022-29217, PyJWT)', openSsh],
    ['a public JWK (CVE-2026-48526, PyJWT)', JSON.stringify(jwk)],
    ['a pretty-printed JWK set (CVE-2026-48526, PyJWT)', ` ${JSON.stringify({ keys: [jwk] }, null, 2)}`],
    ['the base64 of an RSA key', rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
    ['the base64 of an Ed25519 key', ed.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
    [
      'the wrapped base64 of a P-256 key',
      ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64').replace(/.{64}/g, '$&\n'),
    ],
    ['an RSA key in DER (SPKI)', rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['an RSA key in DER (PKCS#1)', rsa.publicKey.export({ type: 'pkcs1', format: 'der' })],
    ['a P-256 key in DER', ec.publicKey.export({ type: 'spki', format: 'der' })],
    ['an Ed25519 key in DER', ed.publicKey.export({ type: 'spki', format: 'der' })],
    ['a private key in DER', ed.privateKey.export({ type: 'pkcs8', format: 'der' })],
  ])('must not be %s', (_, secret) => {
    expect(() => createHmacKey(Buffer.from(secret))).toThrow(/key or certificate/);
  });

  it('may begin like JSON', () => {
    expect(() => createHmacKey(Buffer.from('{7dK2-pq "kind"}'))).not.toThrow();
  });

  it('may be anything random', () => {
    for (let n = 0; n < 2000; n += 1) {
      const bytes = randomBytes(32);
      expect(() => createHmacKey(bytes)).not.toThrow();
      expect(() => createHmacKey(Buffer.from(bytes.toString('base64')))).not.toThrow();
    }
  });
});

describe('a public key', () => {
  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ])('of its kind can only be used with %s', (alg, { publicKey }) => {
    const fromPem = importPublicKey(publicKey.export({ type: 'spki', format: 'pem' }) as string, { kid: 'k1' });
    const fromJwk = importPublicKey({ ...publicKey.export({ format: 'jwk' }), kid: 'k1' });
    expect(fromPem).toMatchObject({ alg, kid: 'k1' });
    expect(fromJwk).toMatchObject({ alg, kid: 'k1' });
    expect(fromPem.key.equals(fromJwk.key)).toBe(true);
  });

  it.each([
    ['a JWK that names another algorithm (CVE-2026-22818, hono)', { ...jwk, alg: 'HS256' }, /says alg "HS256"/],
    ['a JWK for encryption', { ...jwk, use: 'enc' }, /not meant for verifying/],
    ['a JWK for other operations', { ...jwk, key_ops: ['encrypt'] }, /not meant for verifying/],
    ['a JWK with an empty kid', { ...jwk, kid: '' }, /empty or not text/],
    ['a JWK with a kid that is no text', { ...jwk, kid: 7 }, /empty or not text/],
    ['a private JWK', rsa.privateKey.export({ format: 'jwk' }), /private or secret/],
    ['a secret JWK', { kty: 'oct', k: 'c2VjcmV0' }, /private or secret/],
    ['a private PEM', ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, /private or secret/],
    ['text that is no key', 'seu-secret-jwt', /PEM or JWK/],
    ['escaped line breaks', pem.replaceAll('\n', '\\n'), /real line breaks/],
    ['an empty object', {}, /PEM or JWK/],
  ])('is refused as %s', (_, input, reason) => {
    expect(() => importPublicKey(input as string | JsonWebKey)).toThrow(reason);
  });

  it.each([
    [
      'RSA under 2,048 bits (CVE-2022-23539, jsonwebtoken)',
      generateKeyPairSync('rsa', { modulusLength: 1024 }),
      /1024 bits/,
    ],
    [
      'DSA (CVE-2022-23539, jsonwebtoken)',
      generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }),
      /dsa/,
    ],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), /rsa-pss/],
    [
      'another curve (CVE-2022-23539, jsonwebtoken)',
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      /ec public key/,
    ],
    ['X25519', generateKeyPairSync('x25519'), /x25519/],
  ])('is refused when it is %s', (_, { publicKey }, reason) => {
    expect(() => importPublicKey(publicKey.export({ type: 'spki', format: 'pem' }) as string)).toThrow(reason);
  });

  it('is refused with a public exponent of one, under which any text is its own signature', () => {
    expect(() => importPublicKey({ ...jwk, e: 'AQ' })).toThrow(/exponent/);
  });
});

describe('a key put together by hand', () => {
  const verifierWith = (key: VerificationKey) => () => createVerifier({ foreign: [{ name: 'app', keys: [key] }] });

  it.each([
    ['a public key for HS256 (CVE-2022-23541, jsonwebtoken)', { alg: 'HS256', key: rsa.publicKey }],
    ['a private key for HS256', { alg: 'HS256', key: rsa.privateKey }],
    ['an RSA key for ES256 (CVE-2022-23539, jsonwebtoken)', { alg: 'ES256', key: rsa.publicKey }],
    ['a secret for RS256 (CVE-2022-23540, jsonwebtoken)', { alg: 'RS256', key: createHmacKey(randomBytes(32)).key }],
    ['a private key for EdDSA', { alg: 'EdDSA', key: ed.privateKey }],
  ] as const)('is refused as %s when a verifier is built', (_, key) => {
    expect(verifierWith(key)).toThrow(/key_invalid|HS256 was asked|cannot verify/);
  });

  it('does not show its bytes when it is logged', async () => {
    const { inspect } = await import('node:util');
    const secret = randomBytes(32);
    const shown =
      inspect(createHmacKey(secret), { depth: 9, showHidden: true }) + JSON.stringify(createHmacKey(secret));
    expect(shown).not.toContain(secret.toString('hex').slice(0, 16));
    expect(shown).not.toContain(secret.toString('base64').slice(0, 10));
  });
});
