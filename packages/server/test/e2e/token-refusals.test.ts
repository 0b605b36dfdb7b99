import { createHmac, randomBytes } from 'node:crypto';
import { createHmacKey, mintToken } from '@parley/tokens';
import { beforeAll, describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { LineClient } from '../support/line-client.ts';
import { addUser, type Credentials, firstAdmin, signIn } from '../support/local-users.ts';
import { TOKEN_PLACES } from '../support/present-token.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

const ISSUER = { JWT_ISSUER: 'https://shop.example', JWT_AUDIENCE: 'parley' };
const CLAIMS = { iss: 'https://shop.example', aud: 'parley' };
const HOUR_MS = 3_600_000;

const server = sharedServer({ env: { TOKEN_REFUSAL_RATE: '1000', JWT_SECRET, ...ISSUER } });
let ann: Credentials;
let adminToken: string;

beforeAll(async () => {
  adminToken = (await signIn(server(), await firstAdmin(server()))).token;
  ann = await addUser(server(), adminToken, 'ann');
});

const otherKey = createHmacKey(randomBytes(32));
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const good = () => mintUserToken('visitor', { claims: CLAIMS });
const expSeconds = () => Math.floor(Date.now() / 1000) + 3600;

function unsigned(): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: 'visitor', ...CLAIMS, exp: expSeconds() })}.`;
}

/** Signed with the right secret, but under another algorithm than the key is for. */
function signedAs512(): string {
  const input = `${encode({ alg: 'HS512', typ: 'JWT' })}.${encode({ sub: 'visitor', ...CLAIMS, exp: expSeconds() })}`;
  return `${input}.${createHmac('sha512', JWT_SECRET).update(input).digest('base64url')}`;
}

/** A good token whose user was changed afterwards. */
function tampered(): string {
  const [head, claims = '', signature] = good().split('.');
  const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'admin' };
  return `${head}.${encode(changed)}.${signature}`;
}

async function revoked(): Promise<string> {
  const { token } = await signIn(server(), ann);
  await callApi(server(), 'DELETE', '/v1/sessions/current', { token });
  return token;
}

/** Bad tokens, the code that each gets, and the close code where there is one. */
const REFUSALS: readonly (readonly [
  what: string,
  make: () => string | Promise<string>,
  code: string,
  close: number,
])[] = [
  ['an empty token', () => '', 'token_empty', 4500],
  ['the text "undefined"', () => 'undefined', 'token_malformed', 4500],
  ['the text "null"', () => 'null', 'token_malformed', 4500],
  ['text that is no token', () => 'letmein', 'token_malformed', 4500],
  ['a token with a part missing', () => good().split('.').slice(0, 2).join('.'), 'token_malformed', 4500],
  ['an encrypted token', () => 'eyJhbGciOiJkaXIifQ..aaaa.bbbb.cccc', 'token_malformed', 4500],
  ['a token of 9,000 characters', () => `${good()}${'a'.repeat(9000)}`, 'token_malformed', 4500],
  ['a token signed with another key', () => signedWith(otherKey), 'token_signature', 4500],
  ['a token that was changed', tampered, 'token_signature', 4500],
  ['a token without a signature', unsigned, 'token_alg', 4500],
  ['a token of another algorithm', signedAs512, 'token_alg', 4500],
  ['a token of another issuer', () => withClaims({ iss: 'https://evil.example' }), 'token_issuer', 4500],
  ['a token that calls itself ours', () => withClaims({ iss: 'parley' }), 'token_alg', 4500],
  ['a token for somebody else', () => withClaims({ aud: 'another-service' }), 'token_audience', 4500],
  ['a token of tomorrow', () => mintedAt(Date.now() + HOUR_MS), 'token_not_yet_valid', 4500],
  ['a token of yesterday', () => mintedAt(Date.now() - 2 * HOUR_MS), 'token_expired', 4001],
  ['a token whose session has ended', revoked, 'token_revoked', 4503],
];

function signedWith(key: ReturnType<typeof createHmacKey>): string {
  return mintToken({ sub: 'visitor', ...CLAIMS }, { key, ttlSeconds: 3600 });
}

function withClaims(claims: object): string {
  return mintUserToken('visitor', { claims: { ...CLAIMS, ...claims } });
}

function mintedAt(nowMs: number): string {
  return mintUserToken('visitor', { claims: CLAIMS, now: () => nowMs });
}

describe.each(REFUSALS)('%s', (_what, make, code, close) => {
  it.each(Object.entries(TOKEN_PLACES))(`is refused as ${code} in %s`, async (place, present) => {
    const verdict = await present(server(), await make());
    expect(verdict.code).toBe(code);
    if (place.startsWith('WebSocket')) expect(verdict.close).toBe(close);
    if (place.startsWith('HTTP')) expect(verdict.close).toBe(401);
  });
});

describe('the control of this table', () => {
  it.each(Object.entries(TOKEN_PLACES))('is a good token, which is accepted in %s', async (_place, present) => {
    expect(await present(server(), good())).toMatchObject({ code: 'ok' });
  });
});

describe('a token that is no text', () => {
  it.each([[123], [null], [true], [['a']], [{ token: 'a' }]])('(%j) is refused', async (token) => {
    for (const client of [WsClient, LineClient]) {
      await using stranger: TestClient = await client.connect({ port: server().port });
      expect(await stranger.refusal('auth', { token })).toMatchObject({
        code: expect.stringMatching(/^token_(missing|empty|malformed)$/),
      });
      await stranger.ended();
    }
  });
});

describe('tokens of another service', () => {
  it('may not name a user of ours', async () => {
    for (const present of Object.values(TOKEN_PLACES)) {
      const verdict = await present(server(), withClaims({ sub: 'usr_0123456789abcdefghjk' }));
      expect(verdict.code).toMatch(/^token_/);
    }
  });

  it('make nobody an administrator, whatever roles they claim', async () => {
    const token = withClaims({ roles: ['admin'] });
    const { status, json } = await callApi(server(), 'GET', '/v1/users', { token });
    expect([status, json?.['code']]).toEqual([403, 'forbidden']);
  });
});

describe('what strangers see of refusals', () => {
  it('is the stage, the code and a trace id, and nothing of the token', async () => {
    const token = signedWith(otherKey);
    await using client = await WsClient.connect({ port: server().port, token });
    const identity = client.answer.headers['x-parley'];
    expect(identity).toMatch(/^stage=auth; code=token_signature; trace=con_\w+$/);
    const error = await client.errorPush();
    expect(JSON.stringify([error, client.answer.headers])).not.toContain(token.split('.')[2]);
    const trace = identity?.split('trace=')[1];
    const line = await server().log.waitFor('of the refusal', ({ connection }) => connection === trace);
    expect(line).toMatchObject({ level: 'info', code: 'token_signature' });
  });

  it('is plain HTTP 429 for an address that keeps presenting bad tokens', async () => {
    await using limited = await startServer({ env: { JWT_SECRET, TOKEN_REFUSAL_RATE: '1' } });
    const present = () => WsClient.connect({ port: limited.port, token: 'letmein' });
    for (let allowed = 0; allowed < 5; allowed++) {
      await using client = await present();
      expect(await client.ended()).toEqual({ code: 4500, reason: 'token_malformed' });
    }
    await expect(present()).rejects.toThrow(/answered with 429: .*rate_limited/);
  });
});
