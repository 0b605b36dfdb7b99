import { expect, it } from 'vitest';
import { nextTurn } from '../../../features/auth/testing/next-turn.ts';
import { createTestHttpApp, type TestHttpApp } from '../testing/test-http-app.ts';

async function isRefused(test: TestHttpApp, token: string): Promise<boolean> {
  return (await test.send('GET', '/v1/sessions', { as: token })).json().code === 'token_revoked';
}

it('a token, a session or a user is ended for a backend, here and on the bus', async () => {
  await using test = createTestHttpApp();
  const as = await test.keyWith('sessions:write');
  const revoke = async (body: object) => (await test.send('POST', '/v1/revocations', { as, body })).statusCode;
  const foreign = test.auth.foreignToken({ sub: 'u7', jti: 'j7' });
  expect(await revoke({ kind: 'token', id: 'j7', expires_at: '2026-11-21T00:00:00Z' })).toBe(204);
  expect(await isRefused(test, foreign)).toBe(true);
  const session = await test.tokenOf('ann');
  const verdict = test.auth.authenticator.authenticate(session);
  expect(await revoke({ kind: 'session', id: verdict.ok ? verdict.identity.sessionId : '' })).toBe(204);
  expect(await isRefused(test, session)).toBe(true);
  const others = [test.auth.foreignToken({ sub: 'u8' }), test.auth.foreignToken({ sub: 'u9' })] as const;
  expect(await revoke({ kind: 'user', id: 'u8' })).toBe(204);
  expect([await isRefused(test, others[0]), await isRefused(test, others[1])]).toEqual([true, false]);
  await nextTurn();
  expect(test.auth.published).toMatchObject([
    { revocation: { kind: 'token', id: 'j7' } },
    { revocation: { kind: 'session' } },
    { revocation: { kind: 'user', id: 'u8' } },
  ]);
});

it.each([[{}], [{ kind: 'ban', id: 'u7' }], [{ kind: 'token' }], [{ kind: 'token', id: 'j', expires_at: 'tomorrow' }]])(
  'the revocation %j is refused',
  async (body) => {
    await using test = createTestHttpApp();
    const as = await test.keyWith('sessions:write');
    expect((await test.send('POST', '/v1/revocations', { as, body })).json()).toMatchObject({ code: 'invalid_fields' });
    expect(test.auth.revocations.size).toBe(0);
  },
);
