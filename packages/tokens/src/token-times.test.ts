import { describe, expect, it } from 'vitest';
import { NOW_SECONDS } from './testing/forge.ts';
import { reportTimes, warnOfTimes } from './token-times.ts';

describe('the report of times', () => {
  it.each([
    [0, 'now'],
    [0.4, 'now'],
    [1, 'in 1 second'],
    [-59, '59 seconds ago'],
    [-60, '1 minute ago'],
    [3599, 'in 59 minutes'],
    [7200, 'in 2 hours'],
    [-86_400 * 30, '30 days ago'],
  ])('puts a distance of %d seconds as "%s"', (distance, relation) => {
    const [report] = reportTimes({ exp: NOW_SECONDS + distance }, NOW_SECONDS);
    expect(report).toMatchObject({ claim: 'exp', relation });
  });

  it('lists the claims that are there, with their moments', () => {
    expect(reportTimes({ exp: 1_790_003_600, iat: 1_790_000_000, sub: 'a' }, NOW_SECONDS)).toEqual([
      { claim: 'iat', value: 1_790_000_000, iso: '2026-09-21T14:13:20.000Z', relation: 'now' },
      { claim: 'exp', value: 1_790_003_600, iso: '2026-09-21T15:13:20.000Z', relation: 'in 1 hour' },
    ]);
  });

  it.each([
    [1_790_000_000_000, 'milliseconds, meaning 2026-09-21T14:13:20.000Z'],
    [1e300, 'out of range'],
    [-1e300, 'out of range'],
    ['1790000000', 'not a number of seconds'],
    [null, 'not a number of seconds'],
  ])('says what is wrong with %j', (exp, relation) => {
    expect(reportTimes({ exp }, NOW_SECONDS)).toEqual([{ claim: 'exp', value: exp, relation }]);
  });
});

describe('the warnings', () => {
  it('know the token of three seconds that expiresIn "3600" makes', () => {
    expect(warnOfTimes({ iat: NOW_SECONDS, exp: NOW_SECONDS + 3 })).toEqual([
      expect.stringMatching(/only 3 seconds.*"3600"/),
    ]);
  });

  it('know a token that expires before it was issued', () => {
    expect(warnOfTimes({ iat: NOW_SECONDS, exp: NOW_SECONDS })).toEqual([
      expect.stringMatching(/before it was issued/),
    ]);
  });

  it('are silent for a token that lives a minute, and where times are missing', () => {
    for (const claims of [
      { iat: NOW_SECONDS, exp: NOW_SECONDS + 60 },
      { exp: NOW_SECONDS },
      { iat: 'x', exp: 1 },
      {},
    ]) {
      expect(warnOfTimes(claims)).toEqual([]);
    }
  });
});
