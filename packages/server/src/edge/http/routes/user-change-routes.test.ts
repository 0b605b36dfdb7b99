import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../../../features/auth/testing/test-auth.ts';
import { createTestHttpApp } from '../testing/test-http-app.ts';

const NEW = 'another password';

async function setUp() {
  const test = createTestHttpApp();
  const [ann, root] = [await test.tokenOf('ann'), await test.tokenOf('root', ['admin'])];
  const idOf = (token: string): string => {
    const verdict = test.auth.authenticator.authenticate(token);
    if (!verdict.ok) throw new Error(verdict.detail);
    return verdict.identity.userId;
  };
  const login = async (username: string, password: string) =>
    (await test.send('POST', '/v1/sessions', { body: { username, password } })).statusCode;
  return { ...test, ann, annId: idOf(ann), root, rootId: idOf(root), login };
}

describe('POST /v1/users/:id/password', () => {
  it('lets people change their own with the present one', async () => {
    await using test = await setUp();
    const change = (body: object) => test.send('POST', `/v1/users/${test.annId}/password`, { as: test.ann, body });
    expect((await change({ password: NEW })).json()).toMatchObject({ code: 'invalid_fields' });
    expect((await change({ password: NEW, current_password: 'x' })).json()).toMatchObject({
      code: 'invalid_credentials',
    });
    expect((await change({ password: 'short', current_password: PASSWORD })).json()).toMatchObject({
      code: 'password_weak',
    });
    expect((await change({ password: NEW, current_password: PASSWORD })).statusCode).toBe(204);
    expect([await test.login('ann', PASSWORD), await test.login('ann', NEW)]).toEqual([401, 201]);
    expect((await test.send('GET', '/v1/sessions', { as: test.ann })).json()).toMatchObject({ code: 'token_revoked' });
  });

  it('lets administrators set anybody else’s, but wants the present one of theirs too', async () => {
    await using test = await setUp();
    const set = (id: string) =>
      test.send('POST', `/v1/users/${id}/password`, { as: test.root, body: { password: NEW } });
    expect((await set(test.annId)).statusCode).toBe(204);
    expect(await test.login('ann', NEW)).toBe(201);
    expect((await set(test.rootId)).json()).toMatchObject({ code: 'invalid_fields' });
    expect((await set('usr_nobody')).json()).toMatchObject({ code: 'user_not_found' });
  });

  it('lets a key set those of users without roles only: otherwise it could become an administrator', async () => {
    await using test = await setUp();
    const as = await test.keyWith('users:write');
    const set = (id: string) => test.send('POST', `/v1/users/${id}/password`, { as, body: { password: NEW } });
    expect((await set(test.rootId)).json()).toMatchObject({ code: 'forbidden' });
    expect(await test.login('root', PASSWORD)).toBe(201);
    expect((await set(test.annId)).statusCode).toBe(204);
  });

  it('lets nobody set another’s without a right to', async () => {
    await using test = await setUp();
    const answer = await test.send('POST', `/v1/users/${test.rootId}/password`, {
      as: test.ann,
      body: { password: NEW },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden']);
    expect(test.auth.audit.of('authz_fail')).toMatchObject([{ actor: { kind: 'user', id: test.annId } }]);
  });
});

describe('POST /v1/users/:id/disable and enable', () => {
  it('keep somebody out and let them in again', async () => {
    await using test = await setUp();
    const as = await test.keyWith('users:write');
    expect((await test.send('POST', `/v1/users/${test.annId}/disable`, { as })).statusCode).toBe(204);
    expect((await test.send('GET', '/v1/sessions', { as: test.ann })).json()).toMatchObject({
      code: 'account_disabled',
    });
    expect(await test.login('ann', PASSWORD)).toBe(403);
    expect((await test.send('POST', `/v1/users/${test.annId}/enable`, { as })).statusCode).toBe(204);
    expect(await test.login('ann', PASSWORD)).toBe(201);
  });

  it('do not work on oneself, nor for a key on an administrator', async () => {
    await using test = await setUp();
    const own = await test.send('POST', `/v1/users/${test.rootId}/disable`, { as: test.root });
    expect(own.json()).toMatchObject({ code: 'forbidden' });
    const as = await test.keyWith('users:write');
    expect((await test.send('POST', `/v1/users/${test.rootId}/disable`, { as })).json()).toMatchObject({
      code: 'forbidden',
    });
    expect((await test.send('GET', '/v1/sessions', { as: test.root })).statusCode).toBe(200);
  });
});
