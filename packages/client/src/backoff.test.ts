import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('doubles the longest wait up to 30 seconds, and waits a random part of it', () => {
    let chance = 1;
    const backoff = new Backoff({}, () => chance);
    const waits = Array.from({ length: 9 }, () => backoff.nextMs(0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    chance = 0;
    expect(backoff.nextMs(0)).toBe(0);
  });

  it('begins anew after a connection that lasted, and only after such a one', () => {
    const backoff = new Backoff({ firstMs: 100 }, () => 1);
    backoff.nextMs(0);
    backoff.nextMs(0);
    expect(backoff.nextMs(4999)).toBe(400);
    expect(backoff.nextMs(5000)).toBe(100);
  });
});
