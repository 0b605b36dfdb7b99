import { describe, expect, it } from 'vitest';
import { PASSWORD, SOMEBODY } from '../../../features/auth/testing/test-auth.ts';
import { createTestHttpApp } from '../testing/test-http-app.ts';

describe('POST /v1/users', () => {
  it('adds a local user', async () => {
    await using test = createTestHttpApp();
    const as = await test.keyWith('users:write');
    const body = { username: 'ann', password: PASSWORD, name: 'Ann' };
    const answer = await test.send('POST', '/v1/users', { as, body });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^usr_/),
      username: 'ann',
      name: 'Ann',
      issuer: 'parley',
      roles: [],
      disabled: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    const again = await test.send('POST', '/v1/users', { as, body });
    expect([again.statusCode, again.json().code]).toEqual([409, 'username_taken']);
  });

  it('gives roles for an administrator, and not for a key: it could make itself one', async () => {
    await using test = createTestHttpApp();
    const body = { username: 'ann', password: PASSWORD, roles: ['admin'] };
    const key = await test.send('POST', '/v1/users', { as: await test.keyWith('users:write'), body });
    expect([key.statusCode, key.json().code]).toEqual([403, 'forbidden']);
    const admin = await test.send('POST', '/v1/users', { as: await test.tokenOf('root', ['admin']), body });
    expect(admin.json()).toMatchObject({ roles: ['admin'] });
  });

  it('lets a thousand foreign users exist at once, and tells how many are new', async () => {
    await using test = createTestHttpApp();
    const as = await test.keyWith('users:write');
    const users = Array.from({ length: 1000 }, (_, n) => ({ id: `user-${n}`, name: 'x'.repeat(100) }));
    const add = (body: object) => test.send('POST', '/v1/users', { as, body });
    expect((await add({ users: users.slice(0, 10) })).json()).toEqual({ created: 10, existing: 0 });
    expect((await add({ users, issuer: 'shop' })).json()).toEqual({ created: 990, existing: 10 });
    expect((await add({ users: [...users, { id: 'one more' }] })).json()).toMatchObject({ code: 'invalid_fields' });
  });

  it.each([
    [{ users: [{ id: 'usr_1' }] }],
    [{ users: [{ id: 'u1' }], issuer: 'elsewhere' }],
    [{ users: [{}] }],
    [{ username: 'ann' }],
    [{}],
  ])('refuses %j', async (body) => {
    await using test = createTestHttpApp();
    const answer = await test.send('POST', '/v1/users', { as: await test.keyWith('users:write'), body });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_fields']);
  });

  it('wants the issuer named and its prefix used when there are several', async () => {
    const foreignIssuers = [
      { name: 'shop', prefix: 'shop:' },
      { name: 'blog', prefix: 'blog:' },
    ];
    await using test = createTestHttpApp({ routes: { foreignIssuers } });
    const as = await test.keyWith('users:write');
    const add = async (body: object) => (await test.send('POST', '/v1/users', { as, body })).json();
    expect(await add({ users: [{ id: 'shop:1' }] })).toMatchObject({ remedy: 'Name one of shop, blog.' });
    expect(await add({ users: [{ id: 'blog:1' }], issuer: 'shop' })).toMatchObject({ code: 'invalid_fields' });
    expect(await add({ users: [{ id: 'shop:1' }], issuer: 'shop' })).toEqual({ created: 1, existing: 0 });
  });
});

describe('GET /v1/users', () => {
  it('pages through all users by id without missing one, and searches by beginning', async () => {
    await using test = createTestHttpApp();
    const users = Array.from({ length: 25 }, (_, n) => ({ id: `user-${n}`, name: `Name ${n}` }));
    await test.auth.users.ensureForeign(users, 'shop', SOMEBODY);
    const as = await test.keyWith('users:read');
    const seen: string[] = [];
    for (let next: string | undefined = '!'; next !== undefined; ) {
      const page: { users: { id: string }[]; complete: boolean; next?: string } = (
        await test.send('GET', `/v1/users?limit=10&after=${encodeURIComponent(next)}`, { as })
      ).json();
      expect(page.complete).toBe(page.next === undefined);
      seen.push(...page.users.map(({ id }) => id));
      next = page.next;
    }
    expect(new Set(seen)).toEqual(new Set(users.map(({ id }) => id)));
    expect(seen).toHaveLength(25);
    const found = (await test.send('GET', '/v1/users?query=Name%201&limit=5', { as })).json();
    expect(found).toMatchObject({ complete: false });
    expect(found.users).toHaveLength(5);
    expect((await test.send('GET', '/v1/users?limit=1000', { as })).json()).toMatchObject({ code: 'invalid_fields' });
  });

  it('looks one up by id, whatever letters the id has', async () => {
    await using test = createTestHttpApp();
    await test.auth.users.ensureForeign([{ id: 'a/b?c ü' }], 'shop', SOMEBODY);
    const as = await test.keyWith('users:read');
    const answer = await test.send('GET', `/v1/users/${encodeURIComponent('a/b?c ü')}`, { as });
    expect(answer.json()).toMatchObject({ id: 'a/b?c ü', issuer: 'shop' });
    expect((await test.send('GET', '/v1/users/nobody', { as })).json()).toMatchObject({ code: 'user_not_found' });
  });
});
