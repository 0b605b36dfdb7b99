import { describe, expect, it } from 'vitest';
import { compareSides, type Disagreement } from '../scenarios/crash-loop/compare-sides.ts';
import type { LoggedMessage } from '../scenarios/crash-loop/read-log.ts';
import { runCrashLoop } from '../scenarios/crash-loop/run-crash-loop.ts';

it('loses and doubles nothing that was acknowledged when it is killed under load', async () => {
  const report = await runCrashLoop({ rounds: 3 });
  expect(report.violations).toEqual([]);
  expect(Object.entries(report.disagreement).filter(([, count]) => count !== 0)).toEqual([]);
  expect(report.stored).toBe(report.acknowledged);
  // the kills did hit sends that were under way
  expect(report.interrupted).toBeGreaterThan(0);
  expect(report.sentAgain).toBeGreaterThan(0);
  // and readers did fall behind the replay
  expect(report.gapsTold).toBeGreaterThan(0);
  expect(report.paged).toBeGreaterThan(0);
  expect(report.acknowledged).toBeGreaterThan(100);
});

describe('the comparison of that test', () => {
  const disagreementOf = (
    log: readonly LoggedMessage[],
    promised: readonly LoggedMessage[],
    got: readonly LoggedMessage[],
  ): Partial<Disagreement> => {
    const acknowledged = new Map(promised.map(({ seq, content }) => [content, { chatId: 'c', content, seq }]));
    const contents = new Map(got.map(({ seq, content }) => [seq, content]));
    const reader = { chats: new Map([['c', { contents }]]), duplicates: 0, untoldGaps: 0 };
    const result = compareSides(new Map([['c', log]]), [{ acknowledged }], [reader]);
    return Object.fromEntries(Object.entries(result).filter(([, count]) => count !== 0));
  };
  const a = { seq: 2, content: 'a' };
  const b = { seq: 3, content: 'b' };
  const c = { seq: 4, content: 'c' };

  it('finds nothing where everybody agrees', () => {
    expect(disagreementOf([a, b, c], [a, b, c], [a, b, c])).toEqual({});
  });

  it('finds a promise that was not kept, and one kept elsewhere', () => {
    expect(disagreementOf([a, b], [a, b, c], [a, b])).toEqual({ acknowledgedLost: 1 });
    expect(disagreementOf([a, b], [a, { ...b, seq: 9 }], [a, b])).toEqual({ acknowledgedElsewhere: 1 });
  });

  it('finds what is stored twice or for nobody, and holes', () => {
    const again = { seq: 4, content: 'a' };
    expect(disagreementOf([a, b, again], [again, b], [a, b, again])).toEqual({ storedTwice: 1 });
    expect(disagreementOf([a, b], [a], [a, b])).toEqual({ storedUnacknowledged: 1 });
    expect(disagreementOf([a, c], [a, c], [a, c])).toEqual({ holesInLog: 1 });
  });

  it('finds what a reader missed or got wrong', () => {
    expect(disagreementOf([a, b], [a, b], [a])).toEqual({ readerMissed: 1 });
    expect(disagreementOf([a, b], [a, b], [a, { ...b, content: 'x' }])).toEqual({ readerGotSomethingElse: 1 });
    expect(disagreementOf([a], [a], [a, b])).toEqual({ readerGotSomethingElse: 1 });
  });
});
