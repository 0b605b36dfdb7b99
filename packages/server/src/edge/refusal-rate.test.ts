import { describe, expect, it } from 'vitest';
import { RefusalRate } from './refusal-rate.ts';

describe('refused tokens', () => {
  it('are explained so many times to each address, then not before a while', () => {
    const rate = new RefusalRate(2);
    const waits = Array.from({ length: 12 }, () => rate.note('203.0.113.1', 0));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(10);
    expect(waits.at(-1)).toBe(500);
    expect(rate.note('203.0.113.2', 0)).toBe(0);
    expect(rate.note('203.0.113.1', 500)).toBe(0);
  });

  it('count for the whole network that an IPv6 client chooses its addresses from', () => {
    const rate = new RefusalRate(1);
    const waits = Array.from({ length: 100 }, (_, i) => rate.note(`2001:db8::${i.toString(16)}`, 0));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(5);
    expect(rate.note('2001:db8:0:1::1', 0)).toBe(0);
  });
});
