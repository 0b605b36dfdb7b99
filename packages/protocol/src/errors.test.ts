import { describe, expect, it } from 'vitest';
import { CLOSE_CODES, type CloseCode } from './close-codes.ts';
import { ERRORS, type ErrorRow, isErrorCode, RETIRED_ERROR_CODES } from './errors.ts';

const errors: readonly [string, ErrorRow][] = Object.entries(ERRORS);
const closes: readonly [string, CloseCode][] = Object.entries(CLOSE_CODES);

/** Payload of a control frame, less the two bytes of the code (RFC 6455 sections 5.5 and 5.5.1). */
const REASON_MAX_BYTES = 123;

describe('the error catalogue', () => {
  it('is not empty', () => {
    expect(errors.length).toBeGreaterThan(40);
  });

  it.each(errors)('%s is lower snake_case and fits into the reason of a close frame', (code) => {
    expect(code).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(REASON_MAX_BYTES);
  });

  it.each(errors)('%s says what is wrong and what to do in full sentences', (_code, { message, remedy }) => {
    expect(message).toMatch(/^[A-Z`].*\.$/s);
    expect(remedy).toMatch(/^\S.*[.)]$/s);
  });

  it.each(errors)('%s has a status of an error and a close code that exists', (_code, { http, close }) => {
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
    if (close !== undefined) expect(CLOSE_CODES).toHaveProperty(close);
  });

  it.each(errors)('%s asks to retry only where the client may come back', (_code, { retry, close }) => {
    const staysAway = close !== undefined && CLOSE_CODES[close].advice === 'stay-away';
    if (staysAway) expect(retry).toBe('never');
    else expect(['never', 'now', 'backoff']).toContain(retry);
  });

  it('gives no retired code another meaning', () => {
    for (const code of RETIRED_ERROR_CODES) expect(isErrorCode(code)).toBe(false);
    expect(new Set(RETIRED_ERROR_CODES).size).toBe(RETIRED_ERROR_CODES.length);
  });

  it('knows its codes and nothing that only looks like one', () => {
    expect(isErrorCode('token_expired')).toBe(true);
    for (const code of ['', 'constructor', '__proto__', 'toString', 'TOKEN_EXPIRED']) {
      expect(isErrorCode(code)).toBe(false);
    }
  });
});

describe('the close codes', () => {
  it('have a number once', () => {
    expect(new Set(closes.map(([, { code }]) => code)).size).toBe(closes.length);
  });

  it.each(closes)('%s tells by its number whether the client comes back', (_name, { code, advice }) => {
    if (code >= 4000 && code <= 4499) expect(['reconnect', 'new-token']).toContain(advice);
    else if (code >= 4500) expect(['stay-away', 'new-token']).toContain(advice);
    else expect([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013]).toContain(code);
    expect(code).toBeLessThanOrEqual(4999);
  });
});
