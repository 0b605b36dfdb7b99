import { describe, expect, it } from 'vitest';
import { DepartedUsers } from './departed-users.ts';
import { createRateBucket, type Rate, type RateBucket, takeToken } from './rate-bucket.ts';

const rate: Rate = { perSecond: 20, burst: 60 };

function spent(nowMs: number, tokens = 60): RateBucket {
  const bucket = createRateBucket(rate, nowMs);
  for (let i = 0; i < tokens; i++) takeToken(bucket, rate, nowMs);
  return bucket;
}

describe('users who have left', () => {
  it('come back to the rate they left with', () => {
    const departed = new DepartedUsers(rate);
    departed.keep('ann', spent(0), 0);
    const bucket = departed.take('ann') as RateBucket;
    expect(takeToken(bucket, rate, 10)).toBe(40);
    expect(departed.take('ann')).toBeUndefined();
  });

  it('are forgotten when they have sent nothing, or so long ago that it does not count', () => {
    const departed = new DepartedUsers(rate);
    departed.keep('silent', createRateBucket(rate, 0), 0);
    expect(departed.size).toBe(0);
    departed.keep('ann', spent(0), 0);
    departed.keep('ben', spent(2999), 2999);
    expect(departed.size).toBe(2);
    departed.keep('cem', spent(3000), 3000);
    expect(departed.take('ann')).toBeUndefined();
    expect(departed.size).toBe(2);
  });

  it('are remembered only so many; the first to leave is forgotten first', () => {
    const departed = new DepartedUsers(rate, 3);
    for (let i = 0; i < 100; i++) departed.keep(`user ${i}`, spent(0), 0);
    expect(departed.size).toBe(3);
    expect(departed.take('user 96')).toBeUndefined();
    expect(departed.take('user 97')).toBeDefined();
  });

  it('are not remembered while rates are lifted', () => {
    const lifted: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };
    const departed = new DepartedUsers(lifted);
    departed.keep('ann', createRateBucket(lifted, 0), 0);
    expect(departed.size).toBe(0);
  });
});
