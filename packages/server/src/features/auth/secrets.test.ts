import { randomBytes } from 'node:crypto';
import { API_KEY_PREFIX, REFRESH_TOKEN_PREFIX } from '@parley/tokens';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { createFakeCaller } from './testing/fake-caller.ts';
import { findSecret } from './testing/secret-scan.ts';
import { ADDRESS, createTestAuth, SOMEBODY } from './testing/test-auth.ts';

/** Everything an operator or a client could get to see of a value, an error's cause and stack included. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Error) return { ...each, message: each.message, stack: each.stack, cause: each.cause };
    return each instanceof Map || each instanceof Set ? [...each] : each;
  });
}

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (failure) {
    return failure;
  }
  throw new Error('It should have failed.');
}

describe('the scan for secrets', () => {
  const secret = randomBytes(32);

  it.each(['hex', 'base64', 'base64url', 'latin1'] as const)('finds a part of a secret in %s', (encoding) => {
    for (const start of [0, 1, 2, 3]) {
      const part = Buffer.concat([Buffer.from('abc'), secret.subarray(start, start + 14), Buffer.from('xyz')]);
      expect(findSecret(`before ${part.toString(encoding)} after`, secret)).not.toEqual([]);
    }
  });

  it('finds a percent-encoded secret, and nothing where there is none', () => {
    expect(
      findSecret([...secret].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''), secret),
    ).not.toEqual([]);
    expect(findSecret(randomBytes(100_000).toString('base64'), secret)).toEqual([]);
  });
});

describe('secrets', () => {
  it('of every kind stay out of errors, the log and the audit log', async () => {
    const auth = createTestAuth({ isSignupOpen: true });
    const caller = createFakeCaller();
    const secret = randomBytes(32);
    const text = secret.toString('base64url');
    const errors: unknown[] = [];
    const tryAll = async (works: readonly (() => unknown)[]) => {
      for (const work of works) errors.push(await failureOf(work));
    };

    const user = await auth.users.create({ username: 'ann', password: text }, SOMEBODY);
    const key = await auth.keys.create({ name: 'backend', scopes: ['publish'] }, SOMEBODY);
    const grant = await auth.passwordLogin.login({
      username: 'ann',
      password: text,
      address: ADDRESS,
      userAgent: null,
    });
    const rotated = await auth.sessions.refresh(grant.refreshToken, ADDRESS);
    await tryAll([
      () => auth.sessions.refresh(grant.refreshToken, ADDRESS),
      () => auth.sessions.refresh(rotated.refreshToken, ADDRESS),
      () => auth.sessions.refresh(REFRESH_TOKEN_PREFIX + text, ADDRESS),
      () => auth.passwordLogin.login({ username: 'ann', password: `${text}x`, address: ADDRESS, userAgent: text }),
      () => auth.passwordLogin.login({ username: text, password: text, address: ADDRESS, userAgent: text }),
      () => auth.users.changePassword(user.id, `x${text}`, `${text}${text}`, SOMEBODY),
      () => auth.users.create({ username: `a\n${text}`, password: text }, SOMEBODY),
      () => auth.users.create({ username: 'bob', password: text.slice(0, 9) }, SOMEBODY),
      () => auth.keys.create({ name: 'x', scopes: [text] }, SOMEBODY),
      () => auth.keys.revoke(API_KEY_PREFIX + text, SOMEBODY),
      () => auth.handlers.auth?.(caller, { token: text }),
      () => auth.handlers.auth?.(caller, { token: `${rotated.accessToken.slice(0, -40)}${text}` }),
      () => auth.handlers.login?.(caller, { username: 'ann', password: `${text}y` }),
    ]);
    auth.audit.failure = new AppError('storage_unavailable');
    await tryAll([
      () => auth.passwordLogin.login({ username: 'x', password: text, address: ADDRESS, userAgent: text }),
    ]);
    await auth.trail.flush();

    const shown = spell([errors, auth.log.lines, auth.audit.entries, auth.published]);
    expect(errors.every((error) => error instanceof AppError)).toBe(true);
    expect(findSecret(shown, secret)).toEqual([]);
    for (const token of [grant.refreshToken, rotated.refreshToken, key.secret]) {
      expect(findSecret(shown, Buffer.from(token.slice(-43), 'base64url'))).toEqual([]);
      expect(shown).not.toContain(token.slice(-20));
    }
    for (const token of [grant.accessToken, rotated.accessToken]) expect(shown).not.toContain(token.slice(-20));
    expect(auth.audit.entries.length).toBeGreaterThan(5);
    expect(auth.log.lines.length).toBeGreaterThan(0);
  });

  it('are not in the store either', async () => {
    const auth = createTestAuth();
    const secret = randomBytes(32);
    await auth.users.create({ username: 'ann', password: secret.toString('hex') }, SOMEBODY);
    const key = await auth.keys.create({ name: 'backend', scopes: ['publish'] }, SOMEBODY);
    const grant = await auth.passwordLogin.login({
      username: 'ann',
      password: secret.toString('hex'),
      address: ADDRESS,
      userAgent: null,
    });
    const { users, sessions, keys } = auth.accounts;
    const stored = spell([users, sessions, keys]);
    expect(findSecret(stored, secret)).toEqual([]);
    for (const token of [grant.refreshToken, key.secret]) {
      expect(findSecret(stored, Buffer.from(token.slice(-43), 'base64url'))).toEqual([]);
    }
  });
});
