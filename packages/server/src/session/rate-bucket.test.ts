import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateBucket, isBucketFull, type Rate, takeToken } from './rate-bucket.ts';

describe('a token bucket', () => {
  const rate: Rate = { perSecond: 10, burst: 3 };

  it('gives a burst at once, then as many per second as the rate says', () => {
    const bucket = createRateBucket(rate, 0);
    expect([0, 0, 0, 0].map((nowMs) => takeToken(bucket, rate, nowMs))).toEqual([0, 0, 0, 100]);
    expect(takeToken(bucket, rate, 99)).toBe(1);
    expect(takeToken(bucket, rate, 100)).toBe(0);
    expect(takeToken(bucket, rate, 150)).toBe(50);
  });

  it('saves up no more than a burst', () => {
    const bucket = createRateBucket(rate, 0);
    for (let i = 0; i < 3; i++) takeToken(bucket, rate, 0);
    const taken = [1, 2, 3, 4].map(() => takeToken(bucket, rate, 1_000_000));
    expect(taken).toEqual([0, 0, 0, 100]);
  });

  it('charges nothing for what it refuses', () => {
    const bucket = createRateBucket(rate, 0);
    for (let i = 0; i < 100; i++) takeToken(bucket, rate, 0);
    expect(takeToken(bucket, rate, 100)).toBe(0);
  });

  it('never limits where the rate is lifted', () => {
    const lifted: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };
    const bucket = createRateBucket(lifted, 0);
    for (let i = 0; i < 1000; i++) expect(takeToken(bucket, lifted, 0)).toBe(0);
    expect(isBucketFull(bucket, lifted, 0)).toBe(true);
  });

  it('is full again when as much time has passed as was taken', () => {
    const bucket = createRateBucket(rate, 0);
    expect(isBucketFull(bucket, rate, 0)).toBe(true);
    takeToken(bucket, rate, 0);
    expect(isBucketFull(bucket, rate, 99)).toBe(false);
    expect(isBucketFull(bucket, rate, 100)).toBe(true);
  });

  const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 2000 }), burst: fc.integer({ min: 1, max: 100 }) });
  const pauses = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 60 });

  it('gives a token to whoever waits as long as it said', () => {
    fc.assert(
      fc.property(rates, pauses, (any, waits) => {
        const bucket = createRateBucket(any, 0);
        let nowMs = 0;
        for (const pauseMs of waits) {
          nowMs += pauseMs;
          const waitMs = takeToken(bucket, any, nowMs);
          if (waitMs === 0) continue;
          nowMs += waitMs;
          expect(takeToken(bucket, any, nowMs)).toBe(0);
        }
      }),
    );
  });

  it('never gives more than the burst and the rate together, whatever the pauses', () => {
    fc.assert(
      fc.property(rates, pauses, (any, waits) => {
        const bucket = createRateBucket(any, 0);
        let nowMs = 0;
        let given = 0;
        for (const pauseMs of waits) {
          nowMs += pauseMs;
          for (let i = 0; i < 20; i++) if (takeToken(bucket, any, nowMs) === 0) given++;
        }
        expect(given).toBeLessThanOrEqual(any.burst + (nowMs * any.perSecond) / 1000 + 1e-6);
      }),
    );
  });
});
