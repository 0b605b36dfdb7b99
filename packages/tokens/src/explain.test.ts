import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainToken } from './explain.ts';
import { fingerprint } from './fingerprint.ts';
import { mintOwnToken } from './mint.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import { app, encode, forge, GOOD, hs256, NOW_SECONDS, now, SECRET, unsigned, verifierOfApp } from './testing/forge.ts';
import { createHmacKey } from './verification-key.ts';

const signingKey = importSigningKey(generateSigningKey());
const own = { keys: [signingKey.verificationKey] };
const options = { own, foreign: [app], now };

describe('the explanation of a good token', () => {
  const report = explainToken(forge(GOOD), options);

  it('shows what it says', () => {
    expect(report).toMatchObject({
      kind: 'jws',
      defects: [],
      header: { alg: 'HS256', typ: 'JWT' },
      claims: GOOD,
      warnings: [],
    });
    expect(report.times.map(({ claim, relation }) => [claim, relation])).toEqual([
      ['iat', '1 minute ago'],
      ['exp', 'in 1 hour'],
    ]);
  });

  it('shows what was decided, and by which issuer', () => {
    expect(report.verdict).toMatchObject({ ok: true, claims: { userId: '42', issuerName: 'app' } });
    expect(report.issuers).toMatchObject([
      {
        issuer: 'parley',
        isOwn: true,
        keys: [`EdDSA ${signingKey.kid}`],
        verdict: { ok: false, code: 'token_issuer' },
      },
      { issuer: 'app', isOwn: false, keys: [`HS256 ${fingerprint(SECRET)}`], verdict: { ok: true } },
    ]);
  });

  it('names a short secret by its algorithm only', () => {
    const foreign = [{ name: 'app', keys: [createHmacKey(Buffer.from('seu-secret-jwt'))] }];
    expect(explainToken(forge(GOOD), { foreign, now }).issuers[0]?.keys).toEqual(['HS256']);
  });

  it('works for our own tokens too', () => {
    const token = mintOwnToken(
      { userId: 'usr_1', sessionId: 's', tokenId: 't', roles: [] },
      { key: signingKey, ttlSeconds: 60, now },
    );
    expect(explainToken(token, options)).toMatchObject({
      verdict: { ok: true },
      issuers: [{ verdict: { ok: true } }, { verdict: { ok: false, code: 'token_issuer' } }],
    });
  });
});

describe('the explanation of a refused token', () => {
  const verdictOf = (token: unknown) =>
    explainToken(token, { foreign: [{ ...app, issuer: ['a'], audience: ['b'] }], now }).verdict;
  const good = { ...GOOD, iss: 'a', aud: 'b' };

  it.each<[string, unknown, RegExp]>([
    ['token_missing', undefined, /Authorization: Bearer/],
    ['token_empty', '', /step that issues it/],
    ['token_malformed', 'undefined', /await/],
    ['token_malformed', forge({ ...good, exp: 'tomorrow' }), /where the token is minted/],
    ['token_alg', forge(good, { alg: 'none' }, unsigned), /"none" is never accepted/],
    ['token_issuer', forge({ ...good, iss: 'c' }), /to the letter/],
    ['token_signature', forge(good, undefined, hs256('other')), /parley token fingerprint/],
    ['token_audience', forge({ ...good, aud: 'c' }), /"aud"/],
    ['token_not_yet_valid', forge({ ...good, nbf: NOW_SECONDS + 600 }), /NTP/],
    ['token_expired', forge({ ...good, exp: NOW_SECONDS - 600 }), /new token/],
  ])('says %s with a remedy', (code, token, remedy) => {
    expect(verdictOf(token)).toMatchObject({
      ok: false,
      code,
      detail: expect.stringMatching(/\.$/),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('judges by the verifier itself, and each issuer by the same rules', () => {
    const verifier = verifierOfApp({ issuer: ['a'] });
    const claim = fc.record({
      iss: fc.constantFrom('a', 'b', undefined),
      exp: fc.constantFrom(GOOD.exp, 1),
      sub: fc.constantFrom('42', '', 'usr_1'),
    });
    fc.assert(
      fc.property(claim, fc.constantFrom(SECRET, Buffer.from('x')), (claims, secret) => {
        const token = forge(claims, undefined, hs256(secret));
        const { verdict, issuers } = explainToken(token, { foreign: [{ ...app, issuer: ['a'] }], now });
        expect(verdict).toMatchObject(verifier.verify(token));
        for (const issuer of issuers) expect(issuer.verdict.ok).toBe(verdict?.ok);
      }),
    );
  });

  it('never contradicts itself about a token that claims to be ours under the secret of another', () => {
    const { verdict, issuers } = explainToken(forge({ ...GOOD, iss: 'parley' }), options);
    expect([verdict?.ok, ...issuers.map(({ verdict: { ok } }) => ok)]).toEqual([false, false, false]);
  });
});

describe('the explanation of something left around a token', () => {
  it('proves that taking it off is enough', () => {
    const report = explainToken(`Bearer ${forge(GOOD)}\n`, options);
    expect(report.defects.map(({ kind }) => kind)).toEqual(['whitespace', 'bearer_prefix']);
    expect(report.verdict).toMatchObject({ ok: false, code: 'token_malformed', remedy: expect.stringMatching(/Trim/) });
    expect(report.verdictWithoutDefects).toMatchObject({ ok: true });
    expect(report.claims).toEqual(GOOD);
  });

  it('says so when it is not', () => {
    const report = explainToken(`"${forge({ ...GOOD, exp: 1 })}"`, options);
    expect(report.verdictWithoutDefects).toMatchObject({ ok: false, code: 'token_expired' });
  });
});

describe('the explanation of other things', () => {
  it('shows the header of an encrypted token, and nothing of the rest', () => {
    const token = `${encode({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y2lwaGVydGV4dA.dGFn`;
    const report = explainToken(token, options);
    expect(report).toMatchObject({
      kind: 'jwe',
      header: { alg: 'dir', enc: 'A256GCM' },
      verdict: { code: 'token_malformed' },
      issuers: [],
    });
    expect(report.claims).toBeUndefined();
  });

  it('shows both parts of a token without its signature', () => {
    expect(explainToken(forge(GOOD).split('.').slice(0, 2).join('.'), options)).toMatchObject({
      kind: 'two_parts',
      claims: GOOD,
    });
  });

  it('says which part of a signed token cannot be read, and shows the other', () => {
    const report = explainToken(`${encode({ alg: 'HS256' })}.%%%.abc`, options);
    expect(report).toMatchObject({ header: { alg: 'HS256' }, fault: expect.stringMatching(/payload/), issuers: [] });
  });

  it('describes without judging where no issuer is configured', () => {
    const report = explainToken(forge({ ...GOOD, exp: NOW_SECONDS + 3, iat: NOW_SECONDS }), { now });
    expect(report).toMatchObject({ kind: 'jws', issuers: [], warnings: [expect.stringMatching(/3 seconds/)] });
    expect('verdict' in report).toBe(false);
  });

  it('does not decode an opaque text', () => {
    expect(explainToken(encode({ session: '5f1c2b9e' }), options)).not.toHaveProperty('header');
  });

  it('explains anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (value) => {
        expect(explainToken(value, options).verdict?.ok).toBe(false);
      }),
    );
  });
});

it('never shows a signature, a secret, or an opaque token', () => {
  const secret = randomBytes(32);
  const foreign = [{ name: 'app', keys: [createHmacKey(secret)] }];
  const token = forge(GOOD, undefined, hs256(secret));
  const opaque = randomBytes(32).toString('base64url');
  const presented = [
    token,
    ` ${token}`,
    `"${token}"`,
    `Bearer ${token}`,
    `${token}.`,
    token.replaceAll('.', '%2E'),
    opaque,
    `parley_rt_${opaque}`,
    `parley_ak_${opaque}`,
    `{"token":"${token}"}`,
  ];
  const hidden = [
    token.slice(-43),
    opaque,
    ...(['hex', 'base64', 'base64url', 'latin1'] as const).map((form) => secret.toString(form)),
  ];
  for (const value of presented) {
    const shown = JSON.stringify(explainToken(value, { foreign, now }));
    for (const text of hidden) {
      for (let at = 0; at + 11 <= text.length; at += 1) expect(shown).not.toContain(text.slice(at, at + 11));
    }
  }
});
