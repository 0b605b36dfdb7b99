import { describe, expect, it } from 'vitest';
import { forge, GOOD, NOW_SECONDS, outcome, verifierOfApp } from './testing/forge.ts';

const verifier = verifierOfApp();
const without = (name: keyof typeof GOOD) => Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name));

function claimsOf(payload: unknown) {
  const result = verifier.verify(forge(payload));
  if (!result.ok) throw new Error(result.detail);
  return result.claims;
}

describe('the user id', () => {
  const base = without('sub');

  it.each([
    ['sub', { id: 'd', user_id: 'c', userId: 'b', sub: 'a' }, 'a'],
    ['userId', { id: 'd', user_id: 'c', userId: 'b' }, 'b'],
    ['user_id', { id: 'd', user_id: 'c' }, 'c'],
    ['id', { id: 'd' }, 'd'],
  ])('comes from %s', (_, ids, userId) => {
    expect(claimsOf({ ...base, ...ids }).userId).toBe(userId);
  });

  it.each([
    [42, '42'],
    [0, '0'],
    [-7, '-7'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('may be the whole number %d', (id, userId) => {
    expect(claimsOf({ ...base, id }).userId).toBe(userId);
  });

  it.each([
    ['empty', ''],
    ['blank', '  '],
    ['null', null],
    ['a fraction', 1.5],
    ['past the safe integers, where two ids become one', 9007199254740992],
    ['a truth value', true],
    ['a list', ['a']],
    ['an object', { toString: 'a' }],
    ['longer than 255 characters', 'x'.repeat(256)],
    ['text with a NUL', 'a\u0000b'],
    ['text with a line break', 'a\nb'],
    ['half a surrogate pair, which storage would change', 'a\ud800'],
  ])('is malformed when it is %s, even if a later claim would do', (_, sub) => {
    expect(outcome(verifier, forge({ ...base, sub, userId: 'fine' }))).toBe('token_malformed');
  });

  it('is required', () => {
    expect(verifier.verify(forge(base))).toMatchObject({
      code: 'token_malformed',
      detail: expect.stringMatching(/names no user/),
    });
  });

  it('is not found on a prototype', () => {
    const payload = `{"__proto__":{"sub":"admin"},"iat":${GOOD.iat},"exp":${GOOD.exp}}`;
    expect(outcome(verifier, forge(payload))).toBe('token_malformed');
  });

  it('is taken as it stands', () => {
    for (const sub of ['CMBV5ezor0001', ' spaced ', 'mária', '🦜', 'x'.repeat(255)])
      expect(claimsOf({ ...base, sub }).userId).toBe(sub);
  });
});

describe('the times', () => {
  const raw = (name: string, json: string) =>
    forge(`${JSON.stringify({ ...GOOD, [name]: undefined }).slice(0, -1)},"${name}":${json}}`);

  it.each(['exp', 'nbf', 'iat'])('%s must be a number of seconds', (name) => {
    for (const json of [
      `"${GOOD.exp}"`,
      'null',
      'true',
      '[1]',
      '{}',
      '1e400',
      '-1',
      `${NOW_SECONDS}000`,
      '100000000000',
    ]) {
      expect([json, outcome(verifier, raw(name, json))]).toEqual([json, 'token_malformed']);
    }
  });

  it('require exp', () => {
    expect(verifier.verify(forge(without('exp')))).toMatchObject({
      code: 'token_malformed',
      detail: expect.stringMatching(/no "exp"/),
    });
  });

  it('do not require iat', () => {
    expect(claimsOf(without('iat')).issuedAt).toBeUndefined();
  });

  it('say so when they look like milliseconds', () => {
    expect(verifier.verify(forge({ ...GOOD, exp: GOOD.exp * 1000 }))).toMatchObject({
      detail: expect.stringMatching(/milliseconds/),
    });
  });

  it('may have fractions, which are rounded so that the token lives for less time', () => {
    expect(claimsOf({ ...GOOD, exp: GOOD.exp + 0.9, iat: GOOD.iat + 0.9 })).toMatchObject({
      expiresAt: GOOD.exp,
      issuedAt: GOOD.iat,
    });
    expect(outcome(verifier, forge({ ...GOOD, nbf: NOW_SECONDS + 30 }))).toBe('ok');
    expect(outcome(verifier, forge({ ...GOOD, nbf: NOW_SECONDS + 30.1 }))).toBe('token_not_yet_valid');
  });
});

describe('the registered texts', () => {
  it.each(['iss', 'sid', 'jti'])('%s must be text where it is present', (name) => {
    for (const value of [null, 7, ['a'], {}]) {
      expect(outcome(verifier, forge({ ...GOOD, [name]: value }))).toBe('token_malformed');
    }
  });

  it('aud must be text or a list of texts where it is present', () => {
    for (const aud of [null, 7, {}, ['a', 7], [['a']]]) {
      expect(outcome(verifier, forge({ ...GOOD, aud }))).toBe('token_malformed');
    }
    for (const aud of ['a', [], ['a', 'b']]) expect(outcome(verifier, forge({ ...GOOD, aud }))).toBe('ok');
  });

  it('are handed on; a name only if it is text', () => {
    expect(claimsOf({ ...GOOD, sid: 's', jti: 't', name: 'Maria' })).toMatchObject({
      sessionId: 's',
      tokenId: 't',
      name: 'Maria',
    });
    expect(claimsOf({ ...GOOD, name: { first: 'Maria' } }).name).toBeUndefined();
  });
});
