import { createHmac, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mintOwnToken } from './mint.ts';
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
  type Signer,
  unsigned,
  verifierFor,
  verifierOfApp,
} from './testing/forge.ts';
import { importPublicKey } from './verification-key.ts';
import { createVerifier } from './verifier.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }) as string;
const jwk = (key: typeof rsa.publicKey): JsonWebKey => key.export({ format: 'jwk' });

const rs256: Signer = (input) => sign('sha256', Buffer.from(input), rsa.privateKey);
const es256: Signer = (input) => sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
const eddsa: Signer = (input) => sign(null, Buffer.from(input), ed.privateKey);

const ofSecret = verifierOfApp();
const ofRsa = verifierFor({ name: 'rsa', keys: [importPublicKey(pem(rsa.publicKey))] });
const ofEc = verifierFor({ name: 'ec', keys: [importPublicKey(pem(ec.publicKey))] });
const ofEd = verifierFor({ name: 'ed', keys: [importPublicKey(pem(ed.publicKey))] });
const ofAll = verifierFor(
  { ...app, prefix: 'a:' },
  { name: 'rsa', keys: [importPublicKey(pem(rsa.publicKey))], prefix: 'b:' },
  { name: 'ec', keys: [importPublicKey(pem(ec.publicKey))], prefix: 'c:' },
  { name: 'ed', keys: [importPublicKey(pem(ed.publicKey))], prefix: 'd:' },
);

it('accepts the honest tokens from which the forged ones below differ', () => {
  expect(outcome(ofSecret, forge(GOOD))).toBe('ok');
  expect(outcome(ofRsa, forge(GOOD, { alg: 'RS256' }, rs256))).toBe('ok');
  expect(outcome(ofEc, forge(GOOD, { alg: 'ES256' }, es256))).toBe('ok');
  expect(outcome(ofEd, forge(GOOD, { alg: 'EdDSA' }, eddsa))).toBe('ok');
});

describe('a token that needs no key', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', 'none ', '', 'HS256 '])(
    'is refused with alg %j (CVE-2015-9235, CVE-2022-23540)',
    (alg) => {
      for (const signer of [unsigned, hs256(), hs256('')]) {
        for (const verifier of [ofSecret, ofRsa, ofAll])
          expect(outcome(verifier, forge(GOOD, { alg, typ: 'JWT' }, signer))).toBe('token_alg');
      }
    },
  );

  it.each([
    [{}],
    [{ alg: null }],
    [{ alg: 7 }],
    [{ alg: ['HS256'] }],
    [{ alg: { toString: 'HS256' } }],
    [{ ALG: 'HS256' }],
  ])('is malformed with the header %j, from which no algorithm is guessed (CVE-2026-22817, hono)', (header) => {
    expect(outcome(ofSecret, forge(GOOD, header))).toBe('token_malformed');
  });

  it('is refused with an empty signature (CVE-2020-28042)', () => {
    for (const alg of ['HS256', 'RS256', 'ES256', 'EdDSA'])
      expect(outcome(ofAll, forge(GOOD, { alg }, unsigned))).toBe('token_signature');
  });

  it('is refused with a signature of zeros (CVE-2022-21449)', () => {
    for (const [alg, length] of [
      ['HS256', 32],
      ['RS256', 256],
      ['ES256', 64],
      ['EdDSA', 64],
    ] as const) {
      expect(
        outcome(
          ofAll,
          forge(GOOD, { alg }, () => new Uint8Array(length)),
        ),
      ).toBe('token_signature');
    }
  });

  it('is refused with a signature cut short, down to each byte', () => {
    for (let length = 0; length < 32; length += 1) {
      expect(
        outcome(
          ofSecret,
          forge(GOOD, undefined, (input) => hs256()(input).subarray(0, length)),
        ),
      ).toBe('token_signature');
    }
    expect(
      outcome(
        ofSecret,
        forge(GOOD, undefined, (input) => Buffer.concat([hs256()(input), Buffer.alloc(1)])),
      ),
    ).toBe('token_signature');
  });

  it('is refused under the empty secret (CVE-2022-23540)', () => {
    expect(outcome(ofSecret, forge(GOOD, undefined, hs256('')))).toBe('token_signature');
  });
});

describe('a token that says HS256 where a public key is configured (CVE-2016-10555, CVE-2022-23541, CVE-2023-48223)', () => {
  const publicTexts = [rsa, ec, ed].flatMap(({ publicKey }) => [
    pem(publicKey),
    pem(publicKey).trim(),
    ` ${pem(publicKey)}`,
    pem(publicKey).replaceAll('\n', '\r\n'),
    publicKey.export({ type: 'spki', format: 'der' }),
    JSON.stringify(jwk(publicKey)),
    String(jwk(publicKey).x ?? jwk(publicKey).n),
  ]);

  it('is refused, whatever spelling of that key signed it', () => {
    for (const secret of publicTexts) {
      const token = forge(GOOD, { alg: 'HS256' }, hs256(Buffer.from(secret)));
      for (const verifier of [ofRsa, ofEc, ofEd]) expect(outcome(verifier, token)).toBe('token_alg');
      expect(outcome(ofAll, token)).toBe('token_signature');
    }
  });

  it('is refused for every other algorithm that a key of that kind could be used with', () => {
    for (const alg of [
      'RS384',
      'RS512',
      'PS256',
      'ES384',
      'ES256K',
      'HS384',
      'HS512',
      'Ed25519',
      'EdDSA',
      'ES256',
      'rs256',
    ]) {
      expect(outcome(ofRsa, forge(GOOD, { alg }, rs256))).toBe('token_alg');
    }
  });

  it('is refused when another configured key of the named algorithm did not sign it', () => {
    for (const [alg, signer] of [
      ['ES256', eddsa],
      ['EdDSA', es256],
      ['RS256', hs256()],
      ['HS256', rs256],
    ] as const) {
      expect(outcome(ofAll, forge(GOOD, { alg }, signer))).toBe('token_signature');
    }
  });

  it('is refused when a key of another algorithm of the same issuer signed it', () => {
    const keys = [...app.keys, importPublicKey(pem(rsa.publicKey)), importPublicKey(pem(ed.publicKey))];
    const ofOne = verifierFor({ name: 'one', keys });
    for (const [alg, signer] of [
      ['RS256', hs256()],
      ['HS256', rs256],
      ['EdDSA', rs256],
      ['RS256', eddsa],
    ] as const) {
      expect(outcome(ofOne, forge(GOOD, { alg }, signer))).toBe('token_signature');
    }
    expect(outcome(ofOne, forge(GOOD, { alg: 'RS256' }, rs256))).toBe('ok');
  });

  it('is refused when ECDSA is written in DER instead of r and s', () => {
    const der: Signer = (input) => sign('sha256', Buffer.from(input), ec.privateKey);
    expect(outcome(ofEc, forge(GOOD, { alg: 'ES256' }, der))).toBe('token_signature');
  });
});

describe('a token that brings its own key', () => {
  const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signer: Signer = (input) => sign('sha256', Buffer.from(input), attacker.privateKey);

  it.each([
    ['jwk (CVE-2018-0114)', { jwk: jwk(attacker.publicKey) }],
    ['jku', { jku: 'https://attacker.example/jwks.json' }],
    ['x5u', { x5u: 'https://attacker.example/cert.pem' }],
    ['x5c', { x5c: [attacker.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }],
    ['a kid that names a file', { kid: '../../../../dev/null' }],
    ['a kid that is a statement', { kid: "x' UNION SELECT 'secret'--" }],
  ])('in the header as %s is refused', (_, extra) => {
    expect(outcome(ofRsa, forge(GOOD, { alg: 'RS256', ...extra }, signer))).toBe('token_signature');
    expect(outcome(ofSecret, forge(GOOD, { alg: 'HS256', ...extra }, hs256('')))).toBe('token_signature');
  });

  it('is accepted if a configured key signed it, and the key it brings is ignored', () => {
    expect(outcome(ofRsa, forge(GOOD, { alg: 'RS256', jwk: jwk(attacker.publicKey) }, rs256))).toBe('ok');
  });
});

describe('a header that asks for more than we understand', () => {
  it.each([
    ['crit with an extension (CVE-2026-32597, PyJWT; CVE-2025-59420, Authlib)', { crit: ['exp'], exp: 1 }],
    ['an empty crit', { crit: [] }],
    ['crit that is no list', { crit: null }],
    ['an unencoded payload (RFC 7797; CVE-2026-48525, PyJWT)', { crit: ['b64'], b64: false }],
    ['b64 without crit', { b64: false }],
    ['b64 with its default', { b64: true }],
    ['a kid that is no text', { kid: 1 }],
    ['a typ that is no text', { typ: ['JWT'] }],
  ])('is malformed with %s', (_, extra) => {
    expect(outcome(ofSecret, forge(GOOD, { alg: 'HS256', ...extra }))).toBe('token_malformed');
  });

  it('is malformed with an algorithm named twice, in either order', () => {
    for (const header of [
      '{"alg":"none","alg":"HS256"}',
      '{"alg":"HS256","alg":"none"}',
      '{"alg":"HS256","\\u0061lg":"HS256"}',
    ]) {
      expect(outcome(ofSecret, forge(GOOD, header))).toBe('token_malformed');
    }
  });
});

describe('a second spelling of an accepted token', () => {
  const token = forge(GOOD);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const lastBitSet = (text: string) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);

  it.each([
    ['padding', `${header}.${payload}.${signature}=`],
    ['a bit set after the signature', `${header}.${payload}.${lastBitSet(signature)}`],
    ['standard base64', `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64')}`],
    ['a line break inside', `${header}.${payload.slice(0, 8)}\n${payload.slice(8)}.${signature}`],
    ['a NUL behind', `${token}\0`],
    ['a byte order mark', `\ufeff${token}`],
    ['a zero-width space', `${token}\u200b`],
    ['an encoded dot', token.replace('.', '%2E')],
    ['another dot', `${token}.`],
    ['a dot before', `.${token}`],
  ])('is refused: %s', (_, respelt) => {
    expect(outcome(ofSecret, respelt)).toBe('token_malformed');
  });
});

describe('claims that a reader before us may have understood differently', () => {
  it('are malformed when a name occurs twice', () => {
    const payload = `{"sub":"maria","sub":"admin","exp":${GOOD.exp}}`;
    expect(outcome(ofSecret, forge(payload))).toBe('token_malformed');
  });

  it.each(['[]', '"text"', 'null', '7', '', '{"sub":"a"', `\ufeff${JSON.stringify(GOOD)}`])(
    'are malformed when the payload is %j',
    (payload) => {
      expect(outcome(ofSecret, forge(payload))).toBe('token_malformed');
    },
  );

  it('are malformed when they are not UTF-8, so that no two ids become one', () => {
    const payload = Buffer.concat([Buffer.from(`{"exp":${GOOD.exp},"sub":"a`), Buffer.from([0xff]), Buffer.from('"}')]);
    const input = `${encode({ alg: 'HS256' })}.${payload.toString('base64url')}`;
    const signature = createHmac('sha256', SECRET).update(input).digest('base64url');
    expect(outcome(ofSecret, `${input}.${signature}`)).toBe('token_malformed');
  });
});

describe('a token of ours', () => {
  const key = importSigningKey(generateSigningKey());
  const verifier = createVerifier({ own: { keys: [key.verificationKey] }, foreign: [app], now });
  const claims = {
    iss: 'parley',
    sub: 'usr_1',
    sid: 's',
    jti: 't',
    roles: [],
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 60,
  };
  const byUs: Signer = (input) => sign(null, Buffer.from(input), key.privateKey);

  it('cannot be made with the public half of our key (CVE-2016-10555)', () => {
    const { x = '' } = key.verificationKey.key.export({ format: 'jwk' });
    for (const secret of [pem(key.verificationKey.key), x, Buffer.from(x, 'base64url')]) {
      expect(outcome(verifier, forge(claims, { alg: 'HS256', typ: 'JWT', kid: key.kid }, hs256(secret)))).toBe(
        'token_alg',
      );
    }
  });

  it('is not anything else that our key signs (RFC 8725 section 3.11)', () => {
    expect(outcome(verifier, forge(claims, { alg: 'EdDSA', typ: 'JWT' }, byUs))).toBe('ok');
    for (const typ of ['ticket+jwt', 'jwt', '', undefined]) {
      expect(outcome(verifier, forge(claims, { alg: 'EdDSA', typ }, byUs))).toBe('token_malformed');
    }
  });

  it('cannot have its parts exchanged with those of another', () => {
    const options = { key, ttlSeconds: 60, now };
    const mine = mintOwnToken({ userId: 'usr_1', sessionId: 's', tokenId: 't1', roles: [] }, options).split('.');
    const admins = mintOwnToken({ userId: 'usr_2', sessionId: 's', tokenId: 't2', roles: ['admin'] }, options).split(
      '.',
    );
    expect(outcome(verifier, [mine[0], admins[1], mine[2]].join('.'))).toBe('token_signature');
  });
});
