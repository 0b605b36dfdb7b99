import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSecret } from '../../src/features/auth/testing/secret-scan.ts';
import { callApi } from '../support/call-api.ts';
import { LineClient } from '../support/line-client.ts';
import { addUser, type Credentials, firstAdmin, signIn } from '../support/local-users.ts';
import { TOKEN_PLACES } from '../support/present-token.ts';
import { sharedServer } from '../support/shared-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

const server = sharedServer({ env: { JWT_SECRET, LOG_LEVEL: 'debug' } });
const CLIENTS = { WebSocket: WsClient, TCP: LineClient };
let ann: Credentials;

beforeAll(async () => {
  const { token } = await signIn(server(), await firstAdmin(server()));
  ann = await addUser(server(), token, 'ann');
});

describe.each(Object.entries(TOKEN_PLACES))('a good token in %s', (_place, present) => {
  it('of another service signs its user in', async () => {
    expect(await present(server(), mintUserToken('visitor'))).toEqual({ code: 'ok', close: undefined });
  });

  it('of this server signs its user in', async () => {
    const { token } = await signIn(server(), ann);
    expect(await present(server(), token)).toEqual({ code: 'ok', close: undefined });
  });
});

describe.each(Object.entries(CLIENTS))('over %s', (_transport, client) => {
  it('user name and password sign in, and what they give can be used elsewhere', async () => {
    await using signedIn = await client.connect({ port: server().port });
    const grant = await signedIn.ask('login', ann);
    expect(grant.user).toMatchObject({ username: 'ann', roles: [] });
    expect(Date.parse(grant.expires_at)).toBeGreaterThan(Date.now());
    await signedIn.ask('get_user_chats', {});
    await using other = await WsClient.connect({ port: server().port, token: grant.token });
    await other.ask('get_user_chats', {});
  });

  it('a wrong password is refused like an unknown user, and the connection may try again', async () => {
    await using stranger = await client.connect({ port: server().port });
    const wrong = await stranger.refusal('login', { ...ann, password: 'not the password' });
    const unknown = await stranger.refusal('login', { username: 'nobody', password: 'not the password' });
    expect(wrong.code).toBe('invalid_credentials');
    expect({ ...unknown, request_id: '' }).toEqual({ ...wrong, request_id: '' });
    await stranger.ask('login', ann);
  });

  it('nobody gets anything before signing in but hello, ping and the ways to sign in', async () => {
    await using stranger = await client.connect({ port: server().port });
    await stranger.ask('hello', {});
    await stranger.ask('ping', {});
    for (const type of ['get_user_chats', 'message', 'sync', 'subscribe', 'publish', 'find_users', 'logout']) {
      expect(await stranger.refusal(type)).toMatchObject({ code: 'not_authenticated' });
    }
    expect(await stranger.refusal('ping', { heads: true })).toMatchObject({ code: 'not_authenticated' });
  });

  it('a signed-in connection does not become another user', async () => {
    await using signedIn = await client.connect({ port: server().port, token: mintUserToken('first') });
    expect(await signedIn.refusal('auth', { token: mintUserToken('second') })).toMatchObject({
      code: 'auth_user_mismatch',
    });
    expect((await signedIn.ask('auth', { token: mintUserToken('first') })).user.id).toBe('first');
  });

  it('commands that come in one packet with the sign-in wait for it', async () => {
    await using pipelining = await client.connect({ port: server().port });
    pipelining.send({ type: 'login', ...ann, request_id: 1 });
    pipelining.send({ type: 'get_user_chats', request_id: 2 });
    pipelining.send({ type: 'ping', request_id: 3 });
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await pipelining.inbox.take('answer', () => true));
    expect(answers.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    expect(answers[0]).toMatchObject({ type: 'login', request_id: 1 });
  });
});

describe('the subprotocol that carries a token', () => {
  it('is never echoed; the other one is', async () => {
    const token = mintUserToken('visitor');
    const offer = (protocols: string) =>
      WsClient.connect({ port: server().port, headers: { 'sec-websocket-protocol': protocols } });
    await using both = await offer(`bearer.${token}, parley.v1.json`);
    expect(both.answer.headers['sec-websocket-protocol']).toBe('parley.v1.json');
    await using alone = await offer(`bearer.${token}`);
    expect(alone.answer.headers).not.toHaveProperty('sec-websocket-protocol');
    await alone.ask('get_user_chats', {});
  });
});

describe('a token in several places', () => {
  it('counts where it is hardest to slip one in: header, then subprotocol, then query', async () => {
    await using client = await WsClient.connect({
      port: server().port,
      path: `/ws?token=${mintUserToken('by-query')}`,
      headers: {
        authorization: `Bearer ${mintUserToken('by-header')}`,
        'sec-websocket-protocol': `bearer.${mintUserToken('by-subprotocol')}`,
      },
    });
    const { user } = await client.ask('auth', { token: mintUserToken('by-header') });
    expect(user.id).toBe('by-header');
  });
});

describe('a cookie', () => {
  it('never signs anybody in unless AUTH_COOKIE says so', async () => {
    await using client = await WsClient.connect({
      port: server().port,
      headers: { cookie: `parley_token=${mintUserToken('visitor')}` },
    });
    expect(await client.refusal('get_user_chats')).toMatchObject({ code: 'not_authenticated' });
  });
});

describe('after all that', () => {
  const secrets: [string, string][] = [];

  afterAll(() => {
    expect(secrets.length).toBeGreaterThan(3);
  });

  it('neither a token nor a password stands in the log, at any level', async () => {
    const grant = await signIn(server(), ann);
    const foreign = mintUserToken('visitor');
    const isSigned = (token: string): [string, string] => ['token', token.split('.')[2] ?? ''];
    secrets.push(['password', ann.password], ['refresh token', grant.refresh_token.slice(-24)], ['secret', JWT_SECRET]);
    secrets.push(isSigned(grant.token), isSigned(foreign));
    for (const present of Object.values(TOKEN_PLACES)) {
      await present(server(), foreign);
      await present(server(), `${grant.token}x`);
    }
    await callApi(server(), 'POST', '/v1/sessions/refresh', { body: { refresh_token: grant.refresh_token } });
    await server().log.waitFor('about the last refusal', ({ msg }) => msg === 'token refused');
    for (const [name, secret] of secrets) {
      expect(secret.length).toBeGreaterThan(16);
      expect([name, findSecret(server().log.text, Buffer.from(secret))]).toEqual([name, []]);
    }
  });
});
