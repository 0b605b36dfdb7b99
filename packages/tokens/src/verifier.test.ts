import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mintOwnToken, mintToken } from './mint.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import {
  app,
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
import { createHmacKey } from './verification-key.ts';
import { createVerifier } from './verifier.ts';

const signingKey = importSigningKey(generateSigningKey());
const own = { keys: [signingKey.verificationKey] };
const ownClaims = { userId: 'usr_1', sessionId: 's1', tokenId: 't1', roles: ['admin'] };
const ownToken = mintOwnToken(ownClaims, { key: signingKey, ttlSeconds: 600, now });
const rolling = mintToken(
  { ...GOOD, iat: undefined as never, exp: undefined as never, iss: 'parley', sid: 's', jti: 't' },
  { key: signingKey, ttlSeconds: 60, now },
);

describe('a token of our own', () => {
  const verifier = createVerifier({ own, foreign: [app], now });

  it('is accepted with its session and roles', () => {
    expect(verifier.verify(ownToken)).toEqual({
      ok: true,
      claims: {
        userId: 'usr_1',
        issuerName: 'parley',
        isOwn: true,
        sessionId: 's1',
        tokenId: 't1',
        roles: ['admin'],
        issuedAt: NOW_SECONDS,
        expiresAt: NOW_SECONDS + 600,
      },
    });
  });

  it('may carry a name and capabilities', () => {
    const token = mintOwnToken(
      { ...ownClaims, name: 'Maria', caps: { 'post:1': ['read'] } },
      { key: signingKey, ttlSeconds: 60, now },
    );
    expect(verifier.verify(token)).toMatchObject({ claims: { name: 'Maria', caps: { 'post:1': ['read'] } } });
  });

  it('is malformed without roles, which every own token states', () => {
    expect(verifier.verify(rolling)).toMatchObject({
      code: 'token_malformed',
      detail: expect.stringMatching(/"roles"/),
    });
  });

  it.each(['sid', 'jti'])('is malformed without %s, on which revocation depends', (name) => {
    const claims = { iss: 'parley', sub: 'usr_1', sid: 's', jti: 't', roles: [] };
    for (const value of ['', undefined]) {
      const token = mintToken(JSON.parse(JSON.stringify({ ...claims, [name]: value })), {
        key: signingKey,
        ttlSeconds: 60,
        now,
      });
      expect(verifier.verify(token)).toMatchObject({ code: 'token_malformed', detail: expect.stringContaining(name) });
    }
  });

  it('is refused under a key that was replaced, and accepted while both are configured', () => {
    const next = importSigningKey(generateSigningKey());
    expect(outcome(createVerifier({ own: { keys: [next.verificationKey] }, now }), ownToken)).toBe('token_signature');
    expect(outcome(createVerifier({ own: { keys: [next.verificationKey, ...own.keys] }, now }), ownToken)).toBe('ok');
  });

  it('must name our audience when there is one', () => {
    const strict = createVerifier({ own: { ...own, audience: 'wss://chat' }, now });
    expect(outcome(strict, ownToken)).toBe('token_audience');
    expect(
      outcome(strict, mintOwnToken({ ...ownClaims, audience: 'wss://chat' }, { key: signingKey, ttlSeconds: 60, now })),
    ).toBe('ok');
  });

  it('is never judged by the key of another service, even one that accepts any iss', () => {
    const forged = forge({ ...GOOD, iss: 'parley', sid: 's', jti: 't', roles: ['admin'] });
    expect(outcome(verifier, forged)).toBe('token_alg');
    expect(outcome(verifierOfApp(), forged)).toBe('token_issuer');
  });

  it('is refused where only other services are known', () => {
    expect(outcome(verifierOfApp(), ownToken)).toBe('token_alg');
  });
});

describe('JWT_SECRET alone', () => {
  const verifier = verifierOfApp();

  it.each([
    ['no iss and no aud', {}],
    ['any iss', { iss: 'fonana.me' }],
    ['any aud', { aud: 'fonana-websocket' }],
    ['several aud', { aud: ['a', 'b'] }],
  ])('accepts a token with %s', (_, claims) => {
    expect(outcome(verifier, forge({ ...GOOD, ...claims }))).toBe('ok');
  });

  it('accepts the token the seed document prints, whose user is in userId', () => {
    const { sub: _, ...times } = GOOD;
    const token = forge({
      userId: 'cmbv5ezor0001qoe08nrb9ie7',
      nickname: 'Dogwater',
      isCreator: true,
      ...times,
      aud: 'fonana-websocket',
      iss: 'fonana.me',
    });
    expect(verifier.verify(token)).toMatchObject({
      claims: { userId: 'cmbv5ezor0001qoe08nrb9ie7', issuerName: 'app', isOwn: false, roles: [] },
    });
  });

  it('refuses a token signed with another secret', () => {
    expect(outcome(verifier, forge(GOOD, undefined, hs256(randomBytes(32))))).toBe('token_signature');
  });

  it('refuses a user whose id is reserved for local users', () => {
    expect(verifier.verify(forge({ ...GOOD, sub: 'usr_admin' }))).toMatchObject({
      code: 'token_issuer',
      detail: expect.stringMatching(/usr_/),
    });
    expect(outcome(verifier, forge({ ...GOOD, sub: 'USR_admin' }))).toBe('ok');
  });
});

describe('a foreign issuer', () => {
  it('is held to its iss, to the letter', () => {
    const verifier = verifierOfApp({ issuer: ['https://a.example/', 'b'] });
    expect(outcome(verifier, forge({ ...GOOD, iss: 'https://a.example/' }))).toBe('ok');
    for (const iss of ['https://a.example', 'HTTPS://a.example/', 'B', '', undefined]) {
      expect(outcome(verifier, forge({ ...GOOD, iss }))).toBe('token_issuer');
    }
  });

  it('is held to its aud, one of which is enough', () => {
    const verifier = verifierOfApp({ audience: ['chat', 'ws'] });
    for (const aud of ['chat', ['x', 'ws']]) expect(outcome(verifier, forge({ ...GOOD, aud }))).toBe('ok');
    for (const aud of ['other', [], ['x'], 'chat ', undefined])
      expect(outcome(verifier, forge({ ...GOOD, aud }))).toBe('token_audience');
  });

  it('has its prefix put before the id, and the reserved prefix is looked for after that', () => {
    expect(verifierOfApp({ prefix: 'app:' }).verify(forge({ ...GOOD, sub: 'usr_1' }))).toMatchObject({
      claims: { userId: 'app:usr_1' },
    });
    expect(outcome(verifierOfApp({ prefix: 'us' }), forge({ ...GOOD, sub: 'r_1' }))).toBe('token_issuer');
  });

  it('decides about roles and capabilities only where it is trusted with each', () => {
    const token = forge({ ...GOOD, roles: ['admin'], caps: ['all'] });
    const claimsFor = (trust: ('roles' | 'caps')[]) => {
      const result = verifierOfApp({ trust }).verify(token);
      return result.ok ? { roles: result.claims.roles, caps: result.claims.caps } : result;
    };
    expect(claimsFor([])).toEqual({ roles: [], caps: undefined });
    expect(claimsFor(['roles'])).toEqual({ roles: ['admin'], caps: undefined });
    expect(claimsFor(['caps'])).toEqual({ roles: [], caps: ['all'] });
  });

  it('must write trusted roles as a list of names', () => {
    for (const roles of ['admin', [7], [''], {}, null]) {
      expect(outcome(verifierOfApp({ trust: ['roles'] }), forge({ ...GOOD, roles }))).toBe('token_malformed');
      expect(outcome(verifierOfApp(), forge({ ...GOOD, roles }))).toBe('ok');
    }
  });

  it('may have two keys, as during a rotation', () => {
    const next = randomBytes(32);
    const verifier = verifierOfApp({ keys: [createHmacKey(next), ...app.keys] });
    for (const secret of [next, SECRET]) expect(outcome(verifier, forge(GOOD, undefined, hs256(secret)))).toBe('ok');
  });

  it('has its keys told apart by kid, where token and key have one', () => {
    const verifier = verifierOfApp({ keys: [createHmacKey(SECRET, { kid: 'k1' })] });
    for (const [kid, expected] of [
      ['k1', 'ok'],
      [undefined, 'ok'],
      ['k2', 'token_signature'],
      ['', 'token_signature'],
    ] as const) {
      expect(outcome(verifier, forge(GOOD, { alg: 'HS256', kid }))).toBe(expected);
    }
  });
});

describe('several foreign issuers', () => {
  const shopSecret = randomBytes(32);
  const shop = { name: 'shop', keys: [createHmacKey(shopSecret)], prefix: 'shop:', issuer: ['https://shop'] };
  const blog = { ...app, name: 'blog', prefix: 'blog:' };
  const verifier = verifierFor(shop, blog);

  it('are told apart by key and iss, and so are their users', () => {
    expect(verifier.verify(forge(GOOD))).toMatchObject({ claims: { userId: 'blog:42', issuerName: 'blog' } });
    const ofShop = forge({ ...GOOD, iss: 'https://shop' }, undefined, hs256(shopSecret));
    expect(verifier.verify(ofShop)).toMatchObject({ claims: { userId: 'shop:42', issuerName: 'shop' } });
  });

  it('cannot sign for each other', () => {
    expect(outcome(verifier, forge({ ...GOOD, iss: 'https://blog' }, undefined, hs256(shopSecret)))).toBe(
      'token_signature',
    );
  });

  it('give the reason of the one whose rules the token came furthest through', () => {
    const expired = forge({ ...GOOD, iss: 'https://shop', iat: 1, exp: 2 }, undefined, hs256(shopSecret));
    expect(outcome(verifier, expired)).toBe('token_expired');
    expect(outcome(verifierFor(blog, shop), expired)).toBe('token_expired');
  });
});

describe('the times of a token', () => {
  const verifier = verifierOfApp();
  const at = (claims: object) => outcome(verifier, forge({ ...GOOD, ...claims }));

  it('allow for clocks that differ by the leeway, and not by more', () => {
    expect(at({ exp: NOW_SECONDS - 29 })).toBe('ok');
    expect(at({ exp: NOW_SECONDS - 30 })).toBe('token_expired');
    expect(at({ nbf: NOW_SECONDS + 30 })).toBe('ok');
    expect(at({ nbf: NOW_SECONDS + 31 })).toBe('token_not_yet_valid');
    expect(at({ iat: NOW_SECONDS + 30 })).toBe('ok');
    expect(at({ iat: NOW_SECONDS + 31 })).toBe('token_not_yet_valid');
  });

  it('are not looked at before the signature', () => {
    expect(outcome(verifier, forge({ ...GOOD, exp: 1 }, undefined, hs256('other')))).toBe('token_signature');
  });

  it('can be held to a leeway of none', () => {
    const strict = verifierOfApp({}, { leewaySeconds: 0 });
    expect(outcome(strict, forge({ ...GOOD, exp: NOW_SECONDS }))).toBe('token_expired');
    expect(outcome(strict, forge({ ...GOOD, exp: NOW_SECONDS + 1 }))).toBe('ok');
  });
});

describe('what was presented', () => {
  const verifier = verifierOfApp();

  it.each([
    ['nothing', undefined, 'token_missing'],
    ['null', null, 'token_empty'],
    ['an empty text', '', 'token_empty'],
    ['blanks', ' \n', 'token_empty'],
    ['empty quotes', '""', 'token_empty'],
    ['"Bearer" alone', 'Bearer ', 'token_empty'],
    ['the word undefined', 'undefined', 'token_malformed'],
    ['the word null', 'null', 'token_malformed'],
    ['a number', 7, 'token_malformed'],
    ['an object', { token: forge(GOOD) }, 'token_malformed'],
    ['an object that would turn into a token', { toString: () => forge(GOOD) }, 'token_malformed'],
    ['a String object', new String(forge(GOOD)), 'token_malformed'],
    ['"Bearer" before the token', `Bearer ${forge(GOOD)}`, 'token_malformed'],
    ['a line break after it', `${forge(GOOD)}\n`, 'token_malformed'],
    ['a space before it', ` ${forge(GOOD)}`, 'token_malformed'],
    ['quotes around it', `"${forge(GOOD)}"`, 'token_malformed'],
    ['two parts', forge(GOOD).split('.').slice(0, 2).join('.'), 'token_malformed'],
    ['four parts', `${forge(GOOD)}.`, 'token_malformed'],
    ['five parts', 'eyJhbGciOiJkaXIifQ..a.b.c', 'token_malformed'],
    ['empty parts', '..', 'token_malformed'],
  ])('as a token: %s', (_, token, code) => {
    expect(outcome(verifier, token)).toBe(code);
  });

  it('is looked at up to 8,192 characters', () => {
    const tokenOf = (length: number) => {
      const pad = (chars: number) => forge({ ...GOOD, pad: 'x'.repeat(chars) });
      return pad(Math.floor(((length - pad(0).length) * 3) / 4));
    };
    expect(tokenOf(8192).length).toBeGreaterThan(8185);
    expect(outcome(verifier, tokenOf(8192))).toBe('ok');
    expect(verifier.verify(tokenOf(8200))).toMatchObject({
      code: 'token_malformed',
      detail: expect.stringMatching(/8192/),
    });
  });
});

describe('a verifier', () => {
  it.each([-1, 1.5, 301, Number.NaN, '30' as unknown as number])('refuses a leeway of %s', (leewaySeconds) => {
    expect(() => createVerifier({ leewaySeconds })).toThrow(/leewaySeconds/);
  });

  it('refuses every token when it knows no issuer', () => {
    expect(outcome(createVerifier({ now }), forge(GOOD))).toBe('token_alg');
  });

  it('quotes what a token says so that it cannot forge a line of a log', () => {
    const result = verifierOfApp({ issuer: ['a'] }).verify(
      forge({ ...GOOD, iss: `x\n\u001b[31m\u202e${'y'.repeat(200)}` }),
    );
    expect(result.ok ? '' : result.detail).toMatch(/^[\x20-\x7e]{1,250}$/);
  });
});
