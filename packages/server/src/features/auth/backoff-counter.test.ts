import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackoffCounter } from './backoff-counter.ts';

const RULE = { freeAttempts: 2, windowMs: 3_600_000, firstWaitMs: 1000, maxWaitMs: 8000, maxKeys: 100 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the back-off counter', () => {
  it('lets the free attempts pass and spaces out the rest, doubling up to the longest wait', async () => {
    const counter = new BackoffCounter(RULE);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const admission = await counter.begin('k');
      if (!admission.isAdmitted) throw new Error('The attempt came after its wait.');
      waits.push(admission.waitMs);
      vi.advanceTimersByTime(admission.waitMs);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('refuses within a wait, tells how long, and does not prolong it', async () => {
    const counter = new BackoffCounter(RULE);
    for (let attempt = 0; attempt < 3; attempt++) await counter.begin('k');
    vi.advanceTimersByTime(400);
    for (let attempt = 0; attempt < 50; attempt++) {
      expect(await counter.begin('k')).toEqual({ isAdmitted: false, retryAfterMs: 600 });
    }
    vi.advanceTimersByTime(600);
    expect(await counter.begin('k')).toEqual({ isAdmitted: true, waitMs: 2000 });
  });

  it('lets through no more of a thousand at the same moment than one after the other', async () => {
    const counter = new BackoffCounter(RULE);
    const admissions = await Promise.all(Array.from({ length: 1000 }, () => counter.begin('k')));
    expect(admissions.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(3);
    vi.advanceTimersByTime(1000);
    expect(await counter.begin('k')).toEqual({ isAdmitted: true, waitMs: 2000 });
  });

  it('takes an attempt back together with the wait it began', async () => {
    const counter = new BackoffCounter(RULE);
    await counter.begin('k');
    await counter.begin('k');
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await counter.begin('k')).toEqual({ isAdmitted: true, waitMs: 1000 });
      await counter.undo('k', 1000);
    }
  });

  it('forgets everything after the window, and at once when reset', async () => {
    const counter = new BackoffCounter(RULE);
    for (let attempt = 0; attempt < 3; attempt++) await counter.begin('k');
    await counter.reset('k');
    expect(await counter.begin('k')).toEqual({ isAdmitted: true, waitMs: 0 });
    for (let attempt = 0; attempt < 2; attempt++) await counter.begin('k');
    vi.advanceTimersByTime(RULE.windowMs);
    expect(await counter.begin('k')).toEqual({ isAdmitted: true, waitMs: 0 });
  });

  it('remembers no more keys than it may, and forgets the one not used for longest', async () => {
    const counter = new BackoffCounter({ ...RULE, maxKeys: 10 });
    for (let attempt = 0; attempt < 3; attempt++) await counter.begin('kept');
    for (let other = 0; other < 9; other++) await counter.begin(`other ${other}`);
    expect(await counter.begin('kept')).toMatchObject({ isAdmitted: false });
    for (let other = 0; other < 1000; other++) await counter.begin(`flood ${other}`);
    expect(counter.size).toBe(10);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(20);
    expect(await counter.begin('kept')).toEqual({ isAdmitted: true, waitMs: 0 });
  });
});
