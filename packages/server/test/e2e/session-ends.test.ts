import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { LineClient } from '../support/line-client.ts';
import { addUser, type Credentials, firstAdmin, signIn } from '../support/local-users.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

const server = sharedServer({ env: { JWT_SECRET, TOKEN_LEEWAY_S: '0', ACCESS_TOKEN_TTL_S: '60' } });
let adminToken: string;
let ann: Credentials;

beforeAll(async () => {
  adminToken = (await signIn(server(), await firstAdmin(server()))).token;
  ann = await addUser(server(), adminToken, 'ann');
});

const overWs = (token: string) => WsClient.connect({ port: server().port, token });
const overTcp = (token: string) => LineClient.connect({ port: server().port, token });
const revoke = (kind: string, id: string) =>
  callApi(server(), 'POST', '/v1/revocations', { token: adminToken, body: { kind, id } });

/** The connection ends with this error, told first, and with its close code where there is one. */
async function expectEnd(client: TestClient, code: string, close: number): Promise<void> {
  expect(await client.errorPush()).toMatchObject({ code });
  const ended = await client.ended();
  if (client instanceof WsClient) expect(ended).toEqual({ code: close, reason: code });
}

/** The claim of a token, unverified. */
function claimOf(token: string, claim: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  return String(claims[claim]);
}

describe.concurrent('a token that expires on a live connection', () => {
  it.each([
    ['WebSocket', overWs],
    ['TCP', overTcp],
  ])('is announced and then ends it, over %s', async (_name, connect) => {
    await using client = await connect(mintUserToken('visitor', { ttlSeconds: 2 }));
    await client.ask('hello', {});
    const { payload } = await client.push('auth:expiring');
    expect(Date.parse(payload.expires_at) - Date.now()).toBeLessThanOrEqual(2000);
    await expectEnd(client, 'token_expired', 4001);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(payload.expires_at));
  });

  it('is told as an error to a client that never said hello', async () => {
    await using client = await overWs(mintUserToken('visitor', { ttlSeconds: 2 }));
    expect(await client.errorPush()).toMatchObject({ code: 'token_expiring' });
    await expectEnd(client, 'token_expired', 4001);
    expect(client.inbox.all).toHaveLength(2);
  });

  it('goes on when a new one of the same user comes in time', async () => {
    await using client = await overWs(mintUserToken('visitor', { ttlSeconds: 2 }));
    await client.ask('hello', {});
    const { payload } = await client.push('auth:expiring');
    const { expires_at: expiresAt } = await client.ask('auth', { token: mintUserToken('visitor') });
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.parse(payload.expires_at));
    // another connection with the old end has gone, this one has not
    await using control = await overWs(mintUserToken('visitor', { ttlSeconds: 2 }));
    await control.ended();
    await client.ask('get_user_chats', {});
  });

  it('is not saved by the token of somebody else', async () => {
    await using client = await overWs(mintUserToken('visitor', { ttlSeconds: 2 }));
    expect(await client.refusal('auth', { token: mintUserToken('stranger') })).toMatchObject({
      code: 'auth_user_mismatch',
    });
    await client.errorPush();
    await expectEnd(client, 'token_expired', 4001);
  });

  it('opens no new connection afterwards', async () => {
    const token = mintUserToken('visitor', { ttlSeconds: 1 });
    await using client = await overWs(token);
    await client.ended();
    await using again = await overWs(token);
    await expectEnd(again, 'token_expired', 4001);
  });
});

describe('a revocation', () => {
  it('of one token ends its connections at once, and no others of the user', async () => {
    const tokenId = randomUUID();
    const token = mintUserToken('visitor', { claims: { jti: tokenId } });
    await using first = await overWs(token);
    await using second = await overTcp(token);
    await using other = await overWs(mintUserToken('visitor', { claims: { jti: randomUUID() } }));
    expect((await revoke('token', tokenId)).status).toBe(204);
    await expectEnd(first, 'token_revoked', 4503);
    await expectEnd(second, 'token_revoked', 4503);
    await other.ask('get_user_chats', {});
    await using again = await overWs(token);
    await expectEnd(again, 'token_revoked', 4503);
  });

  it('of a session ends all connections of its tokens', async () => {
    const one = await signIn(server(), ann);
    const other = await signIn(server(), ann);
    await using first = await overWs(one.token);
    await using second = await overTcp(one.token);
    await using stays = await overWs(other.token);
    expect((await revoke('session', claimOf(one.token, 'sid'))).status).toBe(204);
    await expectEnd(first, 'token_revoked', 4503);
    await expectEnd(second, 'token_revoked', 4503);
    await stays.ask('get_user_chats', {});
  });

  it('of a user ends every connection, and tokens from before it open none', async () => {
    const token = mintUserToken('leaver');
    await using first = await overWs(token);
    await using second = await overTcp(mintUserToken('leaver', { claims: { jti: 'other' } }));
    await using bystander = await overWs(mintUserToken('bystander'));
    expect((await revoke('user', 'leaver')).status).toBe(204);
    await expectEnd(first, 'token_revoked', 4503);
    await expectEnd(second, 'token_revoked', 4503);
    await bystander.ask('get_user_chats', {});
    await using again = await overWs(token);
    await expectEnd(again, 'token_revoked', 4503);
  });

  it('is remembered over a restart', async () => {
    await using restarted = await startServer({ env: { JWT_SECRET } });
    const { token: admin } = await signIn(restarted, await firstAdmin(restarted));
    const token = mintUserToken('visitor', { claims: { jti: 'remembered' } });
    const body = { kind: 'token', id: 'remembered' };
    await callApi(restarted, 'POST', '/v1/revocations', { token: admin, body });
    await restarted.restart();
    await using client = await WsClient.connect({ port: restarted.port, token });
    await expectEnd(client, 'token_revoked', 4503);
  });

  it('is for administrators and keys with the scope', async () => {
    const body = { kind: 'user', id: 'anybody' };
    expect((await callApi(server(), 'POST', '/v1/revocations', { body })).status).toBe(401);
    const { token } = await signIn(server(), ann);
    expect((await callApi(server(), 'POST', '/v1/revocations', { body, token })).status).toBe(403);
  });
});

describe('a disabled account', () => {
  it('is put out at once and cannot come back, by token or password', async () => {
    const banned = await addUser(server(), adminToken, 'banned');
    const { token, user, refresh_token: refreshToken } = await signIn(server(), banned);
    await using client = await overWs(token);
    await callApi(server(), 'POST', `/v1/users/${user.id}/disable`, { token: adminToken });
    await expectEnd(client, 'account_disabled', 4504);
    await using again = await overWs(token);
    expect((await again.errorPush()).code).toMatch(/^(account_disabled|token_revoked)$/);
    await using anew = await WsClient.connect({ port: server().port });
    expect(await anew.refusal('login', banned)).toMatchObject({
      code: expect.stringMatching(/^(account_disabled|invalid_credentials)$/),
    });
    const body = { refresh_token: refreshToken };
    expect((await callApi(server(), 'POST', '/v1/sessions/refresh', { body })).status).toBeGreaterThanOrEqual(401);
  });
});

describe('logging out', () => {
  it.each([
    ['a message', (client: TestClient) => client.ask('logout', {})],
    ['HTTP', (_client: TestClient, token: string) => callApi(server(), 'DELETE', '/v1/sessions/current', { token })],
  ])('by %s ends every connection of the session, and only of that', async (_name, logOut) => {
    const leaving = await signIn(server(), ann);
    const staying = await signIn(server(), ann);
    await using first = await overWs(leaving.token);
    await using second = await overTcp(leaving.token);
    await using other = await overWs(staying.token);
    await logOut(first, leaving.token);
    await expectEnd(first, 'token_revoked', 4503);
    await expectEnd(second, 'token_revoked', 4503);
    await other.ask('get_user_chats', {});
    await using stranger = await WsClient.connect({ port: server().port });
    expect(await stranger.refusal('refresh', { refresh_token: leaving.refresh_token })).toMatchObject({
      code: 'refresh_invalid',
    });
  });
});

describe('a refresh token', () => {
  it('works once, and the connection it is used on goes on with the new session token', async () => {
    await using client = await WsClient.connect({ port: server().port });
    const first = await client.ask('login', ann);
    const second = await client.ask('refresh', { refresh_token: first.refresh_token });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(claimOf(second.token, 'sid')).toBe(claimOf(first.token, 'sid'));
    await client.ask('get_user_chats', {});
    await using other = await overTcp(second.token);
    await other.ask('get_user_chats', {});
  });

  it('that comes a second time ends its session everywhere, for the thief and for the owner', async () => {
    const stolen = await signIn(server(), ann);
    await using owner = await overWs(stolen.token);
    const fresh = await owner.ask('refresh', { refresh_token: stolen.refresh_token });
    const replay = { body: { refresh_token: stolen.refresh_token } };
    const { status, json } = await callApi(server(), 'POST', '/v1/sessions/refresh', replay);
    expect([status, json?.['code']]).toEqual([401, 'refresh_reused']);
    await expectEnd(owner, 'token_revoked', 4503);
    const next = { body: { refresh_token: fresh.refresh_token } };
    expect((await callApi(server(), 'POST', '/v1/sessions/refresh', next)).status).toBe(401);
    await using again = await overWs(fresh.token);
    await expectEnd(again, 'token_revoked', 4503);
  });

  it('that is none is refused as such, and nothing more is told', async () => {
    await using client = await WsClient.connect({ port: server().port });
    for (const token of ['x', `prt_${'a'.repeat(43)}`]) {
      expect(await client.refusal('refresh', { refresh_token: token })).toMatchObject({ code: 'refresh_invalid' });
    }
  });
});

describe('more connections than SESSION_POLICY allows', () => {
  it('are refused one by one with multi(n)', async () => {
    await using limited = await startServer({ env: { JWT_SECRET, SESSION_POLICY: 'multi(2)' } });
    const connect = () => WsClient.connect({ port: limited.port, token: mintUserToken('ann') });
    await using first = await connect();
    await using second = await connect();
    await second.ask('ping', {});
    await using third = await connect();
    await expectEnd(third, 'session_limit', 4505);
    first.cut();
    await first.ended();
    await using fourth = await connect();
    await fourth.ask('get_user_chats', {});
  });

  it('replace the older one with single, which is told by whom', async () => {
    await using single = await startServer({ env: { JWT_SECRET, SESSION_POLICY: 'single' } });
    const connect = () => WsClient.connect({ port: single.port, token: mintUserToken('ann') });
    await using older = await connect();
    await older.ask('hello', {});
    await using newer = await connect();
    const { connection_id: by } = await newer.ask('hello', {});
    expect((await older.push('replaced')).payload.by).toBe(by);
    await expectEnd(older, 'replaced', 4502);
    await newer.ask('get_user_chats', {});
  });
});
