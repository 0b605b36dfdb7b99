import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { ADDRESS, createTestAuth, PASSWORD, SOMEBODY, type TestAuth } from './testing/test-auth.ts';

async function withAnn(options: Parameters<typeof createTestAuth>[0] = {}): Promise<TestAuth> {
  const auth = createTestAuth(options);
  await auth.users.create({ username: 'Ann', password: PASSWORD }, SOMEBODY);
  auth.audit.entries.length = 0;
  return auth;
}

function login(auth: TestAuth, password: string, { username = 'ann', address = ADDRESS } = {}) {
  return auth.passwordLogin.login({ username, password, address, userAgent: null });
}

describe('signing in with a password', () => {
  it('works whatever the case and Unicode form of the name, and is recorded', async () => {
    const auth = await withAnn();
    const grant = await login(auth, PASSWORD, { username: 'ＡNN' });
    expect(grant.user.username).toBe('Ann');
    expect(auth.audit.entries).toEqual([
      {
        actor: { kind: 'user', id: grant.user.id },
        address: ADDRESS,
        action: 'authn_login_success',
        outcome: 'success',
        object: { kind: 'session', id: grant.identity.sessionId },
      },
    ]);
  });

  it('answers a wrong password and an unknown name alike', async () => {
    const auth = await withAnn();
    const failures = await Promise.allSettled([
      login(auth, 'not the password'),
      login(auth, PASSWORD, { username: 'x' }),
    ]);
    const [wrong, unknown] = failures.map((failure) => (failure as PromiseRejectedResult).reason as AppError);
    expect(wrong).toMatchObject({ code: 'invalid_credentials' });
    expect(JSON.stringify({ ...wrong, message: wrong?.message })).toBe(
      JSON.stringify({ ...unknown, message: unknown?.message }),
    );
    expect(auth.audit.of('authn_login_fail')).toHaveLength(2);
  });

  it('records the user a failure was about, and never what was typed as a name', async () => {
    const auth = await withAnn();
    await login(auth, 'my name is ann', { username: 'typed my password here' }).catch(() => undefined);
    await login(auth, 'not the password').catch(() => undefined);
    expect(auth.audit.entries[0]).not.toHaveProperty('object');
    expect(auth.audit.entries[1]).toMatchObject({ object: { kind: 'user', id: expect.stringMatching(/^usr_/) } });
    expect(JSON.stringify(auth.audit.entries)).not.toContain('typed');
  });

  it('is locked after failures, records the lock once, and counts what is refused meanwhile', async () => {
    const auth = await withAnn();
    for (let failure = 0; failure < 6; failure++) await login(auth, 'not the password').catch(() => undefined);
    for (let refused = 0; refused < 20; refused++) {
      await expect(login(auth, PASSWORD)).rejects.toMatchObject({
        code: 'login_locked',
        retryAfterMs: expect.any(Number),
      });
    }
    expect(auth.audit.of('authn_login_fail')).toHaveLength(6);
    expect(auth.audit.of('authn_login_lock')).toHaveLength(1);
    await auth.trail.flush();
    expect(auth.audit.entries.at(-1)).toMatchObject({ reason: 'login_locked', details: { count: 20 } });
    await expect(login(auth, PASSWORD, { address: '198.51.100.1' })).resolves.toBeDefined();
  });

  it('tells somebody with the right password that the account is disabled, and nobody else', async () => {
    const auth = await withAnn();
    const [user] = await auth.users.list({ limit: 1 });
    await auth.users.disable(user?.id as string, SOMEBODY);
    await expect(login(auth, PASSWORD)).rejects.toMatchObject({ code: 'account_disabled' });
    await expect(login(auth, 'not the password')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(auth.accounts.sessions.size).toBe(0);
  });

  it('does not count attempts in which the server failed', async () => {
    const auth = await withAnn();
    for (let attempt = 0; attempt < 10; attempt++) {
      auth.accounts.failures.set('createSession', new AppError('storage_unavailable'));
      await expect(login(auth, PASSWORD)).rejects.toMatchObject({ code: 'storage_unavailable' });
    }
    await expect(login(auth, PASSWORD)).resolves.toBeDefined();
  });

  it('gives nothing when the password was changed while the old one was being checked', async () => {
    const auth = await withAnn();
    const [user] = await auth.users.list({ limit: 1 });
    const createSession = auth.accounts.createSession.bind(auth.accounts);
    vi.spyOn(auth.accounts, 'createSession').mockImplementationOnce(async (session) => {
      await auth.users.setPassword(user?.id as string, 'the new password', SOMEBODY);
      await createSession(session);
    });
    await expect(login(auth, PASSWORD)).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(await auth.sessions.list(user?.id as string)).toEqual([]);
    await expect(login(auth, 'the new password')).resolves.toBeDefined();
  });

  it('makes all of a crowd wait or be told to come back, and loses nobody', async () => {
    const auth = await withAnn({
      passwordHashing: { maxRunning: 1, maxWaiting: 3, cost: { memoryCost: 8, timeCost: 1, parallelism: 1 } },
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => login(auth, PASSWORD, { address: `198.51.100.${i}` })),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(16);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'overloaded' } });
  });
});
