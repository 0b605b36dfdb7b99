import { describe, expect, it } from 'vitest';
import type { Bar, Row } from '../shapes/shape.ts';
import { judge } from './verdict.ts';

function row(samples: Record<string, readonly number[]>): Row {
  return {
    id: 'r',
    title: 'row',
    unit: 'µs',
    samples: new Map(Object.entries(samples)) as Row['samples'],
    failures: new Map(),
  };
}

const LOWER: Bar = { kind: 'ratio', row: 'r', against: 'ws', better: 'lower', bar: 4, goal: 5 };

describe('judge', () => {
  it('takes the median of the ratios of each round, not the ratio of the medians', () => {
    const verdict = judge(LOWER, [row({ parley: [1, 2, 1], ws: [4, 10, 9] })]);
    expect(verdict.measured).toEqual({ median: 5, min: 4, max: 9 });
    expect(verdict.outcome).toBe('goal reached');
  });

  it('says when the bar holds and the goal is not reached', () => {
    expect(judge(LOWER, [row({ parley: [1], ws: [4] })]).outcome).toBe('bar holds');
  });

  it('says when the bar is missed', () => {
    expect(judge(LOWER, [row({ parley: [1], ws: [3.99] })]).outcome).toBe('missed');
  });

  it('turns the ratio around where more is better', () => {
    const bar: Bar = { ...LOWER, better: 'higher' };
    expect(judge(bar, [row({ parley: [50], ws: [10] })]).measured?.median).toBe(5);
  });

  it('holds a quantity of ours against a ceiling', () => {
    const bar: Bar = { kind: 'ceiling', row: 'r', bar: 6, goal: 5, unit: 'KiB' };
    expect(judge(bar, [row({ parley: [5] })]).outcome).toBe('goal reached');
    expect(judge(bar, [row({ parley: [5.5] })]).outcome).toBe('bar holds');
    expect(judge(bar, [row({ parley: [6.1] })]).outcome).toBe('missed');
  });

  it('does not call a bar reached when one side was not measured', () => {
    expect(judge(LOWER, [row({ parley: [1] })]).outcome).toBe('not measured');
    expect(judge(LOWER, [row({ ws: [1] })]).outcome).toBe('not measured');
    expect(judge(LOWER, [row({ parley: [], ws: [] })]).outcome).toBe('not measured');
  });

  it('refuses a bar for a row that does not exist', () => {
    expect(() => judge({ ...LOWER, row: 'other' }, [row({})])).toThrow('no row other');
  });
});
