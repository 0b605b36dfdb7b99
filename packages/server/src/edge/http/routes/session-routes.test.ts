import { fields } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../../../features/auth/testing/test-auth.ts';
import { createTestHttpApp } from '../testing/test-http-app.ts';

async function withAnn() {
  const test = createTestHttpApp();
  await test.tokenOf('ann');
  const login = (password = PASSWORD) =>
    test.send('POST', '/v1/sessions', { body: { username: 'ann', password }, headers: { 'user-agent': 'test/1' } });
  return { ...test, login };
}

describe('/v1/sessions', () => {
  it('signs in with what the login message would give', async () => {
    await using test = await withAnn();
    const answer = await test.login();
    expect(answer.statusCode).toBe(201);
    expect(fields.session.parse(answer.json())).toEqual(answer.json());
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(test.auth.authenticator.authenticate(answer.json().token).ok).toBe(true);
  });

  it('answers failures with the codes of the login message, and locks with Retry-After', async () => {
    await using test = await withAnn();
    for (let failure = 0; failure < 6; failure++) {
      const answer = await test.login('not the password');
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'invalid_credentials']);
    }
    const locked = await test.login();
    expect([locked.statusCode, locked.json().code]).toEqual([429, 'login_locked']);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('refreshes once per refresh token', async () => {
    await using test = await withAnn();
    const { refresh_token } = (await test.login()).json();
    const refresh = () => test.send('POST', '/v1/sessions/refresh', { body: { refresh_token } });
    const answer = await refresh();
    expect(answer.statusCode).toBe(200);
    expect(answer.json().refresh_token).not.toBe(refresh_token);
    const reused = await refresh();
    expect([reused.statusCode, reused.json().code]).toEqual([401, 'refresh_reused']);
  });

  it('lists the sessions of who asks, and shows which one asks', async () => {
    await using test = await withAnn();
    const { token } = (await test.login()).json();
    await test.tokenOf('bob');
    const { sessions } = (await test.send('GET', '/v1/sessions', { as: token })).json();
    expect(sessions).toHaveLength(2);
    expect(sessions.filter((session: { current: boolean }) => session.current)).toMatchObject([
      { user_agent: 'test/1' },
    ]);
  });

  it('ends the present session or another one of the same user, and nobody else', async () => {
    await using test = await withAnn();
    const [first, second] = [(await test.login()).json(), (await test.login()).json()];
    const idOf = async (token: string): Promise<string> => {
      const { sessions } = (await test.send('GET', '/v1/sessions', { as: token })).json();
      return sessions.find((session: { current: boolean }) => session.current).id;
    };
    const id = await idOf(first.token);
    const stranger = await test.send('DELETE', `/v1/sessions/${id}`, { as: await test.tokenOf('bob') });
    expect([stranger.statusCode, stranger.json().code]).toEqual([404, 'not_found']);
    const ended = await test.send('DELETE', `/v1/sessions/${id}`, { as: second.token });
    expect([ended.statusCode, ended.body]).toEqual([204, '']);
    expect((await test.send('GET', '/v1/sessions', { as: first.token })).json().code).toBe('token_revoked');
    expect((await test.send('DELETE', '/v1/sessions/current', { as: second.token })).statusCode).toBe(204);
    expect((await test.send('GET', '/v1/sessions', { as: second.token })).json().code).toBe('token_revoked');
  });

  it('are for people: a key has no session', async () => {
    await using test = await withAnn();
    const answer = await test.send('GET', '/v1/sessions', { as: await test.keyWith('users:read') });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'not_authenticated']);
  });
});
