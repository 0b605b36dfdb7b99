import { describe, expect, it } from 'vitest';
import type { ClientError } from './client-error.ts';
import type { Session } from './commands.ts';
import { ME } from './testing/fake-server.ts';
import { settled } from './testing/manual-timers.ts';
import { connectTestClient, createTestClient, type TestClient } from './testing/test-client.ts';

const session = (number: number): Session => ({
  user: ME,
  token: `token-${number}`,
  refresh_token: `refresh-${number}`,
  expires_at: '',
});

function createSignedOutClient(): TestClient & { readonly sessions: (Session | undefined)[] } {
  const test = createTestClient({ token: undefined as never });
  const sessions: (Session | undefined)[] = [];
  test.client.on('session', (each) => sessions.push(each));
  test.server.answers.set('login', ({ password }) =>
    password === 'right' ? session(1) : { code: 'invalid_credentials', retry: 'never' },
  );
  test.server.answers.set('refresh', ({ refresh_token }) =>
    refresh_token === 'refresh-1' ? session(2) : { code: 'refresh_reused', retry: 'never' },
  );
  test.server.tokens = new Set(['token-1', 'token-2']);
  return { ...test, sessions };
}

async function login(test: TestClient, password = 'right'): Promise<Session | ClientError> {
  const signedIn = test.client.login('me', password).catch((error: ClientError) => error);
  await settled();
  await test.flow();
  return signedIn;
}

describe('Signing in', () => {
  it('with a wrong password fails, once', async () => {
    const test = createSignedOutClient();
    expect(await login(test, 'wrong')).toMatchObject({ code: 'invalid_credentials' });
    await test.timers.pass(600_000);
    expect(test.server.sockets).toHaveLength(1);
    expect(test.client.state.name).toBe('stopped');
  });

  it('fails when the connection is lost, and the password is not sent again', async () => {
    const test = createSignedOutClient();
    const signedIn = test.client.login('me', 'right').catch((error: ClientError) => error);
    await settled();
    test.server.socket.onopen?.();
    await settled();
    expect(test.server.socket.outgoing.map(({ type }) => type)).toEqual(['hello', 'login']);
    test.server.socket.cut();
    expect(await signedIn).toMatchObject({ code: 'connection_lost' });
    await test.timers.pass(600_000);
    expect(test.server.sockets).toHaveLength(1);
  });

  it('is not possible on top of a connection', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    await expect(test.client.login('me', 'right')).rejects.toMatchObject({ code: 'already_connected' });
  });

  it('gives a session that signs in again after a lost connection', async () => {
    const test = createSignedOutClient();
    expect(await login(test)).toEqual(session(1));
    test.server.socket.cut();
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
    expect(test.server.received.filter(({ type }) => type === 'login')).toHaveLength(1);
    expect(test.server.received.find(({ type }) => type === 'auth')).toMatchObject({ token: 'token-1' });
  });

  it('again as somebody else works after closing', async () => {
    const test = createSignedOutClient();
    await login(test);
    test.client.close();
    test.server.answers.set('login', () => ({ ...session(1), user: { ...ME, id: 'usr_else' } }));
    await login(test);
    expect(test.client.user?.id).toBe('usr_else');
  });
});

describe('A session', () => {
  it('is refreshed when its token has expired', async () => {
    const test = createSignedOutClient();
    await login(test);
    test.server.tokens.delete('token-1');
    test.server.socket.cut(4001, 'token_expired');
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
    expect(test.sessions).toEqual([session(1), session(2)]);
    // the refused token is not presented again
    expect(test.server.received.filter(({ type }) => type === 'auth')).toMatchObject([{ token: 'token-2' }]);
  });

  it('is refreshed when its token is refused on the way in', async () => {
    const test = createSignedOutClient();
    await login(test);
    test.server.tokens.delete('token-1');
    test.server.socket.cut();
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
    expect(test.client.session).toEqual(session(2));
  });

  it('is refreshed in place before its token expires', async () => {
    const test = createSignedOutClient();
    await login(test);
    test.server.socket.receive({ type: 'auth:expiring', payload: { expires_at: '' } });
    await test.flow();
    expect(test.client.session).toEqual(session(2));
    expect(test.server.received.filter(({ type }) => type === 'auth')).toHaveLength(0);
  });

  it('that cannot be refreshed is over, and said to be', async () => {
    const test = createSignedOutClient();
    await login(test);
    test.server.answers.set('refresh', () => ({ code: 'refresh_invalid', retry: 'never' }));
    test.server.tokens.clear();
    test.server.socket.cut(4001, 'token_expired');
    await test.pass(1000);
    expect(test.client.state).toMatchObject({ name: 'stopped', error: { code: 'refresh_invalid' } });
    expect(test.sessions.at(-1)).toBeUndefined();
  });

  it('is forgotten by logging out, though the server closes before it answers', async () => {
    const test = createSignedOutClient();
    await login(test);
    const out = test.client.logout();
    test.server.socket.cut(4503, 'token_revoked');
    await out;
    expect(test.client.session).toBeUndefined();
    expect(test.client.state.name).toBe('stopped');
  });

  it('of an earlier page goes on', async () => {
    const test = createTestClient({ token: undefined as never, session: session(1) });
    test.server.tokens = new Set(['token-1']);
    await connectTestClient(test);
    expect(test.client.state.name).toBe('online');
  });
});

describe('Tokens from elsewhere', () => {
  it('are asked for again before one expires', async () => {
    let count = 0;
    const test = createTestClient({ token: undefined as never, getToken: () => `token-${++count}` });
    test.server.tokens = new Set(['token-1', 'token-2']);
    await connectTestClient(test);
    test.server.socket.receive({ type: 'auth:expiring', payload: { expires_at: '' } });
    await test.flow();
    expect(test.server.received.filter(({ type }) => type === 'auth')).toMatchObject([
      { token: 'token-1' },
      { token: 'token-2' },
    ]);
  });

  it('may not be those of another user', async () => {
    const test = createTestClient({ token: undefined as never, getToken: () => 'good' });
    await connectTestClient(test);
    test.server.answers.set('auth', () => ({ user: { ...ME, id: 'usr_else' }, connection_id: '', expires_at: '' }));
    test.server.socket.cut();
    await test.pass(1000);
    expect(test.client.state).toMatchObject({ name: 'stopped', error: { code: 'user_changed' } });
  });
});
