import { beforeEach, describe, expect, it } from 'vitest';
import { forge, GOOD, hs256, NOW_SECONDS, outcome, verifierOfApp } from './testing/forge.ts';
import type { Verifier } from './verifier.ts';

describe('the cache of verified tokens', () => {
  let nowSeconds = NOW_SECONDS;
  let verifier: Verifier;
  const at = (seconds: number, token: string) => {
    nowSeconds = seconds;
    return outcome(verifier, token);
  };

  beforeEach(() => {
    nowSeconds = NOW_SECONDS;
    verifier = verifierOfApp({ trust: ['roles', 'caps'] }, { now: () => nowSeconds * 1000, cache: { maxEntries: 3 } });
  });

  it('gives the same answer again', () => {
    const token = forge(GOOD);
    const first = verifier.verify(token);
    expect(verifier.cachedCount).toBe(1);
    expect(verifier.verify(token)).toBe(first);
  });

  it('looks at the expiry on every hit, and then forgets the token', () => {
    const token = forge(GOOD);
    expect(at(NOW_SECONDS, token)).toBe('ok');
    expect(at(GOOD.exp + 29, token)).toBe('ok');
    expect(at(GOOD.exp + 30, token)).toBe('token_expired');
    expect(verifier.cachedCount).toBe(0);
    expect(at(GOOD.exp + 31, token)).toBe('token_expired');
  });

  it('looks at the beginning on every hit, so that a clock set back is noticed', () => {
    const token = forge({ ...GOOD, nbf: NOW_SECONDS });
    expect(at(NOW_SECONDS, token)).toBe('ok');
    expect(at(NOW_SECONDS - 31, token)).toBe('token_not_yet_valid');
    expect(at(NOW_SECONDS, token)).toBe('ok');
  });

  it('drops the oldest when it is full', () => {
    const tokens = ['a', 'b', 'c', 'd'].map((sub) => forge({ ...GOOD, sub }));
    const results = tokens.map((token) => verifier.verify(token));
    expect(verifier.cachedCount).toBe(3);
    const isRemembered = (at: number) => verifier.verify(tokens[at]) === results[at];
    expect([1, 2, 3].map(isRemembered)).toEqual([true, true, true]);
    expect(isRemembered(0)).toBe(false);
    expect(verifier.verify(tokens[0])).toEqual(results[0]);
  });

  it('keeps nothing of refused tokens, so that nobody can push out the good ones', () => {
    const token = forge(GOOD);
    const first = verifier.verify(token);
    for (let n = 0; n < 100; n += 1)
      expect(outcome(verifier, forge({ ...GOOD, n }, undefined, hs256('x')))).toBe('token_signature');
    expect(verifier.cachedCount).toBe(1);
    expect(verifier.verify(token)).toBe(first);
  });

  it('does not take a token with another signature for a known one', () => {
    expect(outcome(verifier, forge(GOOD))).toBe('ok');
    expect(outcome(verifier, forge(GOOD, undefined, hs256('x')))).toBe('token_signature');
  });

  it('hands out claims that no caller can change for the next', () => {
    const result = verifier.verify(forge({ ...GOOD, roles: ['member'], caps: { topics: ['a'] } }));
    if (!result.ok) throw new Error(result.detail);
    const { claims } = result;
    const caps = claims.caps as { topics: string[] };
    for (const frozen of [result, claims, claims.roles, caps, caps.topics]) expect(Object.isFrozen(frozen)).toBe(true);
  });

  it('can be switched off', () => {
    const plain = verifierOfApp({}, { cache: { maxEntries: 0 } });
    const token = forge(GOOD);
    expect(plain.verify(token)).toEqual(plain.verify(token));
    expect(plain.cachedCount).toBe(0);
  });

  it.each([-1, 1.5, Number.POSITIVE_INFINITY])('refuses a size of %d', (maxEntries) => {
    expect(() => verifierOfApp({}, { cache: { maxEntries } })).toThrow(/maxEntries/);
  });
});
