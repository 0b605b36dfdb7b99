import { API_KEY_PREFIX } from '@parley/tokens';
import { describe, expect, it } from 'vitest';
import { createTestHttpApp } from './testing/test-http-app.ts';

const ADMIN_ROUTES = [
  ['POST', '/v1/users', 'users:write'],
  ['GET', '/v1/users', 'users:read'],
  ['GET', '/v1/users/usr_1', 'users:read'],
  ['POST', '/v1/users/usr_1/password', 'users:write'],
  ['POST', '/v1/users/usr_1/disable', 'users:write'],
  ['POST', '/v1/users/usr_1/enable', 'users:write'],
  ['POST', '/v1/revocations', 'sessions:write'],
  ['POST', '/v1/publish', 'publish'],
  ['GET', '/metrics', 'metrics:read'],
  ['GET', '/v1/keys', undefined],
  ['POST', '/v1/keys', undefined],
  ['DELETE', '/v1/keys/key_1', undefined],
  ['GET', '/readyz?verbose', undefined],
] as const;

const BODIES: Readonly<Record<string, object>> = {
  '/v1/users/usr_1/password': { password: 'a new password' },
};

describe.each(ADMIN_ROUTES)('%s %s', (method, url, scope) => {
  const body = method === 'POST' ? (BODIES[url] ?? {}) : undefined;

  it('is closed to strangers, with a challenge', async () => {
    await using test = createTestHttpApp();
    const answer = await test.send(method, url, { body });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'token_missing' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="parley"');
  });

  it('is closed to people without a role, and to keys without its scope, and that is recorded', async () => {
    await using test = createTestHttpApp();
    const others = ['publish', 'users:read', 'users:write', 'sessions:write', 'metrics:read'].filter(
      (s) => s !== scope,
    );
    const user = await test.send(method, url, { body, as: await test.tokenOf('ann', ['moderator']) });
    expect([user.statusCode, user.json().code]).toEqual([403, 'forbidden']);
    const key = await test.send(method, url, { body, as: await test.keyWith(...others) });
    expect([key.statusCode, key.json().code]).toEqual([403, scope === undefined ? 'forbidden' : 'scope_missing']);
    if (scope !== undefined) expect(key.json().detail).toContain(scope);
  });

  it('opens to whom it is for', async () => {
    await using test = createTestHttpApp();
    const allowed = [await test.tokenOf('root', ['admin'])];
    if (scope !== undefined) allowed.push(await test.keyWith(scope));
    for (const as of allowed) {
      const answer = await test.send(method, url, { body, as });
      expect([401, 403]).not.toContain(answer.statusCode);
    }
  });
});

describe('presenting a token or key over HTTP', () => {
  it('fails with its exact code', async () => {
    await using test = createTestHttpApp();
    const cases = [
      ['Bearer', 'token_empty'],
      ['Bearer undefined', 'token_malformed'],
      ['Bearer a.b.c', 'token_malformed'],
      ['Basic YTpi', 'token_missing'],
      [`Bearer ${API_KEY_PREFIX}${'A'.repeat(43)}`, 'api_key_invalid'],
      [`Bearer ${API_KEY_PREFIX}`, 'api_key_invalid'],
    ] as const;
    for (const [authorization, code] of cases) {
      expect((await test.send('GET', '/v1/sessions', { headers: { authorization } })).json()).toMatchObject({ code });
    }
  });

  it('does not work in the address or a cookie', async () => {
    await using test = createTestHttpApp();
    const token = await test.tokenOf('ann');
    const headers = { cookie: `token=${token}; parley_token=${token}` };
    expect((await test.send('GET', `/v1/sessions?token=${token}`, { headers })).json()).toMatchObject({
      code: 'token_missing',
    });
    expect(JSON.stringify(test.auth.log.lines)).not.toContain(token.slice(-20));
  });

  it('does not work after logout, and not for disabled users', async () => {
    await using test = createTestHttpApp();
    const token = await test.tokenOf('ann');
    await test.send('DELETE', '/v1/sessions/current', { as: token });
    expect((await test.send('GET', '/v1/sessions', { as: token })).json()).toMatchObject({ code: 'token_revoked' });
  });

  it('is explained only so often per address when it is refused', async () => {
    await using test = createTestHttpApp({ routes: { refusalsPerSecond: 1 } });
    const token = await test.tokenOf('ann');
    const codes: string[] = [];
    for (let time = 0; time < 10; time++) codes.push((await test.send('GET', '/v1/sessions', { as: 'x' })).json().code);
    expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'token_malformed'));
    expect(codes.slice(5)).toEqual(Array.from({ length: 5 }, () => 'rate_limited'));
    expect((await test.send('GET', '/v1/sessions', { as: token })).statusCode).toBe(200);
  });

  it('that is not enough is recorded with who tried what', async () => {
    await using test = createTestHttpApp();
    await test.send('GET', '/v1/users/usr_1', { as: await test.keyWith('publish') });
    expect(test.auth.audit.of('authz_fail')).toMatchObject([
      {
        actor: { kind: 'key', id: expect.stringMatching(/^key_/) },
        object: { kind: 'route', id: 'GET /v1/users/:id' },
        reason: 'scope_missing',
        address: '203.0.113.7',
      },
    ]);
  });
});
