import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FailureGate } from './failure-gate.ts';

const OPTIONS = { maxFailures: 3, windowMs: 60_000, maxAddresses: 10 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('an address is kept out after its failures until the window ends, and no other one is', async () => {
  const gate = new FailureGate(OPTIONS);
  for (let failure = 0; failure < 3; failure++) {
    await gate.assertOpen('2001:db8::1');
    await gate.count('2001:db8::1');
  }
  vi.advanceTimersByTime(20_000);
  await expect(gate.assertOpen('2001:db8::ffff')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 40_000 });
  await gate.assertOpen('2001:db8:0:1::1');
  vi.advanceTimersByTime(40_000);
  await gate.assertOpen('2001:db8::1');
});

it('loopback is never kept out', async () => {
  const gate = new FailureGate(OPTIONS);
  for (let failure = 0; failure < 10; failure++) await gate.count('127.0.0.1');
  await gate.assertOpen('127.0.0.1');
});

it('a flood of addresses is forgotten from the oldest on, with its timers', async () => {
  const gate = new FailureGate(OPTIONS);
  for (let n = 0; n < 1000; n++)
    for (let failure = 0; failure < 3; failure++) await gate.count(`10.0.${n >> 8}.${n & 255}`);
  expect(vi.getTimerCount()).toBe(10);
  await gate.assertOpen('10.0.0.0');
  await expect(gate.assertOpen('10.0.3.231')).rejects.toMatchObject({ code: 'rate_limited' });
});
