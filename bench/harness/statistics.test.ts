import { describe, expect, it } from 'vitest';
import { pairedRatios, quantile, summarise } from './statistics.ts';

describe('statistics', () => {
  it('takes the middle of an odd number of samples, whatever their order', () => {
    expect(summarise([9, 1, 10])).toEqual({ median: 9, min: 1, max: 10 });
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(summarise([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('sorts by size, not by text', () => {
    expect(quantile([100, 20, 3], 1)).toBe(100);
  });

  it('leaves the samples as they are', () => {
    const samples = [3, 1, 2];
    summarise(samples);
    expect(samples).toEqual([3, 1, 2]);
  });

  it('interpolates between neighbours', () => {
    expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9);
  });

  it('refuses to summarise nothing', () => {
    expect(() => summarise([])).toThrow(RangeError);
  });

  it('compares round by round', () => {
    expect(pairedRatios([10, 30], [5, 10])).toEqual([2, 3]);
  });

  it('refuses to compare different numbers of rounds', () => {
    expect(() => pairedRatios([1, 2], [1])).toThrow('2 rounds cannot be compared with 1');
  });
});
