import { CLOSE_CODES } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { closeAdvice } from './close-advice.ts';

describe('closeAdvice', () => {
  it.each(Object.entries(CLOSE_CODES))('agrees with the protocol about %s', (_name, { code, advice }) => {
    expect(closeAdvice(code)).toBe(advice);
  });

  it('understands codes that are younger than the client', () => {
    expect(closeAdvice(4499)).toBe('reconnect');
    expect(closeAdvice(4999)).toBe('stay-away');
  });

  it('comes back after an end without a code', () => {
    expect(closeAdvice(1006)).toBe('reconnect');
    expect(closeAdvice(1005)).toBe('reconnect');
  });
});
