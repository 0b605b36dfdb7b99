import { COMMANDS } from '@parley/protocol';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { createFakeCaller } from './testing/fake-caller.ts';
import { nextTurn } from './testing/next-turn.ts';
import { createTestAuth, PASSWORD, SOMEBODY } from './testing/test-auth.ts';

async function setUp() {
  const auth = createTestAuth();
  const user = await auth.users.create({ username: 'ann', password: PASSWORD }, SOMEBODY);
  const { login, auth: authenticate, refresh, logout, find_users: findUsers } = auth.handlers;
  if (!login || !authenticate || !refresh || !logout || !findUsers) throw new Error('A handler is missing.');
  return { auth, user, caller: createFakeCaller(), login, authenticate, refresh, logout, findUsers };
}

describe('login', () => {
  it('signs the connection in and replies with the whole session', async () => {
    const { caller, login, user, auth } = await setUp();
    const payload = await login(caller, { username: 'ann', password: PASSWORD });
    expect(COMMANDS.login.payload.parse(payload)).toEqual(payload);
    expect(payload.user).toEqual({ id: user.id, username: 'ann', name: null, roles: [] });
    expect(caller.identity?.userId).toBe(user.id);
    expect(auth.authenticator.authenticate(payload.token).ok).toBe(true);
    expect(Date.parse(payload.expires_at)).toBe(caller.identity?.expiresAtMs);
  });

  it('signs nobody in with a session that was ended while it began', async () => {
    const { caller, login, user, auth } = await setUp();
    vi.spyOn(auth.trail, 'succeeded').mockImplementationOnce(() => auth.sessions.endAll(user.id, SOMEBODY));
    await expect(login(caller, { username: 'ann', password: PASSWORD })).rejects.toMatchObject({
      code: 'token_revoked',
    });
    expect(caller.identity).toBeUndefined();
  });

  it('leaves no session behind when the connection cannot have it', async () => {
    const { caller, login, user, auth } = await setUp();
    caller.refusal = new AppError('session_limit');
    await expect(login(caller, { username: 'ann', password: PASSWORD })).rejects.toMatchObject({
      code: 'session_limit',
    });
    expect(await auth.sessions.list(user.id)).toEqual([]);
  });
});

describe('auth', () => {
  it.each([undefined, '', 'undefined', 'a.b.c'])('refuses %j with its exact code', async (token) => {
    const { caller, authenticate, auth } = await setUp();
    const verdict = auth.authenticator.authenticate(token);
    await expect(authenticate(caller, { token })).rejects.toMatchObject({ code: verdict.ok ? 'none' : verdict.code });
    expect(caller.identity).toBeUndefined();
  });

  it('signs in before it waits for anything, so that messages behind it find the user', async () => {
    const { caller, authenticate, auth } = await setUp();
    const reply = authenticate(caller, { token: auth.foreignToken({ sub: 'u7', name: 'Uma' }) });
    expect(caller.identity?.userId).toBe('u7');
    const payload = await reply;
    expect(COMMANDS.auth.payload.parse(payload)).toEqual(payload);
    expect(payload).toMatchObject({ user: { id: 'u7', name: 'Uma' }, connection_id: 'con_1' });
  });

  it('succeeds with the id alone when the record cannot be read', async () => {
    const { caller, authenticate, auth } = await setUp();
    auth.accounts.failures.set('findUser', new AppError('storage_unavailable'));
    const payload = await authenticate(caller, { token: auth.foreignToken({ sub: 'u7' }) });
    expect(payload.user).toEqual({ id: 'u7', username: null, name: null, roles: [] });
  });
});

describe('refresh', () => {
  it('also refreshes the connection of that session, and no other', async () => {
    const { caller, login, refresh, auth } = await setUp();
    const { refresh_token } = await login(caller, { username: 'ann', password: PASSWORD });
    auth.clock.pass(60_000);
    const payload = await refresh(caller, { refresh_token });
    expect(COMMANDS.refresh.payload.parse(payload)).toEqual(payload);
    expect(caller.identity?.expiresAtMs).toBe(Date.parse(payload.expires_at));
    const stranger = createFakeCaller();
    await refresh(stranger, { refresh_token: payload.refresh_token });
    expect(stranger.identity).toBeUndefined();
  });
});

describe('logout', () => {
  it('ends the session, and replies before the bus closes the connection', async () => {
    const { caller, login, logout, auth } = await setUp();
    const { token } = await login(caller, { username: 'ann', password: PASSWORD });
    expect(await logout(caller, {})).toEqual({});
    expect(auth.published).toEqual([]);
    expect(auth.authenticator.authenticate(token)).toMatchObject({ code: 'token_revoked' });
    await nextTurn();
    expect(auth.published).toHaveLength(1);
  });
});

describe('find_users', () => {
  it('shows of a user what others may see', async () => {
    const { caller, findUsers, user } = await setUp();
    const payload = await findUsers(caller, { query: 'an' });
    expect(payload).toEqual({ users: [{ id: user.id, username: 'ann', name: null }], complete: true });
  });
});
