import { describe, expect, it } from 'vitest';
import { userFrom } from './requester.ts';
import { nextTurn } from './testing/next-turn.ts';
import { ADDRESS, createTestAuth, PASSWORD, type TestAuth } from './testing/test-auth.ts';
import { ENSURE_MAX_USERS } from './users.ts';

const OPERATOR = userFrom('usr_operator', ADDRESS);

function login(auth: TestAuth, password = PASSWORD) {
  return auth.passwordLogin.login({ username: 'ann', password, address: ADDRESS, userAgent: null });
}

describe('adding users', () => {
  it('stores a local user under an id of its own, with an argon2id hash and no password', async () => {
    const auth = createTestAuth();
    const user = await auth.users.create({ username: 'Ann', password: PASSWORD, name: ' Ann B. ' }, OPERATOR);
    expect(user).toMatchObject({ id: expect.stringMatching(/^usr_[0-9a-z]{20}$/), username: 'Ann', name: 'Ann B.' });
    expect(auth.accounts.users.get(user.id)?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(auth.audit.entries).toMatchObject([
      { action: 'user_created', actor: { kind: 'user', id: 'usr_operator' }, object: { kind: 'user', id: user.id } },
    ]);
  });

  it('refuses a name that differs from another by case or Unicode form only', async () => {
    const auth = createTestAuth();
    await auth.users.create({ username: 'Ann', password: PASSWORD }, OPERATOR);
    for (const username of ['ann', 'ANN', 'Ａnn']) {
      await expect(auth.users.create({ username, password: PASSWORD }, OPERATOR)).rejects.toMatchObject({
        code: 'username_taken',
      });
    }
    expect(auth.audit.of('user_created')).toHaveLength(1);
  });

  it.each([
    [{ username: 'a\tb', password: PASSWORD }, 'invalid_fields'],
    [{ username: 'ann', password: 'short' }, 'password_weak'],
    [{ username: 'ann', password: PASSWORD, name: '  ' }, 'invalid_fields'],
    [{ username: 'ann', password: PASSWORD, name: 'two\nlines' }, 'invalid_fields'],
  ])('refuses %j with %s', async (wish, code) => {
    const auth = createTestAuth();
    await expect(auth.users.create(wish, OPERATOR)).rejects.toMatchObject({ code });
    expect(auth.accounts.users.size).toBe(0);
  });

  it('records roles as a change of permissions', async () => {
    const auth = createTestAuth();
    await auth.users.create({ username: 'root', password: PASSWORD, roles: ['admin', 'admin'] }, OPERATOR);
    expect(auth.audit.of('privilege_permissions_changed')).toMatchObject([{ details: { roles: 'admin' } }]);
  });

  it('lets foreign users exist in bulk, once each, with one entry for all', async () => {
    const auth = createTestAuth();
    const users = [{ id: 'u1', name: 'Uma' }, { id: 'u2' }];
    expect(await auth.users.ensureForeign(users, 'shop', OPERATOR)).toBe(2);
    expect(await auth.users.ensureForeign([...users, { id: 'u3' }], 'shop', OPERATOR)).toBe(1);
    expect(await auth.users.ensureForeign(users, 'shop', OPERATOR)).toBe(0);
    expect(auth.audit.of('user_created').map(({ details }) => details)).toEqual([
      { issuer: 'shop', count: 2 },
      { issuer: 'shop', count: 1 },
    ]);
  });

  it.each(['usr_1', '', ' ', 'a\u0000b', 'x'.repeat(256), '\ud800'])('refuses the foreign id %j', async (id) => {
    const auth = createTestAuth();
    await expect(auth.users.ensureForeign([{ id: 'fine' }, { id }], 'shop', OPERATOR)).rejects.toMatchObject({
      code: 'invalid_fields',
    });
    expect(auth.accounts.users.size).toBe(0);
  });

  it('refuses more than a thousand at once', async () => {
    const users = Array.from({ length: ENSURE_MAX_USERS + 1 }, (_, i) => ({ id: `u${i}` }));
    await expect(createTestAuth().users.ensureForeign(users, 'shop', OPERATOR)).rejects.toMatchObject({
      code: 'invalid_fields',
    });
  });
});

describe('passwords of users', () => {
  it('end all sessions when they change, and the new one works at once', async () => {
    const auth = createTestAuth();
    const user = await auth.users.create({ username: 'ann', password: PASSWORD }, OPERATOR);
    const before = await login(auth);
    await auth.users.setPassword(user.id, 'another password', OPERATOR);
    expect(auth.authenticator.authenticate(before.accessToken)).toMatchObject({ code: 'token_revoked' });
    await expect(auth.sessions.refresh(before.refreshToken, ADDRESS)).rejects.toMatchObject({
      code: 'refresh_invalid',
    });
    await expect(login(auth)).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(auth.authenticator.authenticate((await login(auth, 'another password')).accessToken).ok).toBe(true);
    expect(auth.audit.of('authn_password_change')).toHaveLength(1);
    await nextTurn();
    expect(auth.published).toContainEqual(
      expect.objectContaining({ revocation: expect.objectContaining({ kind: 'user', id: user.id }) }),
    );
  });

  it('can be changed by their owner only with the present one', async () => {
    const auth = createTestAuth();
    const user = await auth.users.create({ username: 'ann', password: PASSWORD }, OPERATOR);
    const by = userFrom(user.id, ADDRESS);
    await expect(auth.users.changePassword(user.id, 'a wrong password', 'another password', by)).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(auth.audit.of('authn_password_change_fail')).toMatchObject([{ reason: 'invalid_credentials' }]);
    await auth.users.changePassword(user.id, PASSWORD, 'another password', by);
    await expect(login(auth, 'another password')).resolves.toBeDefined();
  });

  it('cannot be guessed by whoever stole a token: changing is slowed down like signing in', async () => {
    const auth = createTestAuth();
    const user = await auth.users.create({ username: 'ann', password: PASSWORD }, OPERATOR);
    const by = userFrom(user.id, ADDRESS);
    const guess = () => auth.users.changePassword(user.id, 'a wrong password', 'another password', by);
    for (let time = 0; time < 6; time++) await expect(guess()).rejects.toMatchObject({ code: 'invalid_credentials' });
    await expect(guess()).rejects.toMatchObject({ code: 'login_locked' });
  });

  it('do not exist for users of another issuer', async () => {
    const auth = createTestAuth();
    await auth.users.ensureForeign([{ id: 'u7' }], 'shop', OPERATOR);
    await expect(auth.users.setPassword('u7', PASSWORD, OPERATOR)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(auth.users.setPassword('u8', PASSWORD, OPERATOR)).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(auth.users.setPassword('u7', 'short', OPERATOR)).rejects.toMatchObject({ code: 'password_weak' });
  });
});

describe('disabling users', () => {
  it('keeps out local and foreign users alike, and enabling lets them in again', async () => {
    const auth = createTestAuth();
    const user = await auth.users.create({ username: 'ann', password: PASSWORD }, OPERATOR);
    const grant = await login(auth);
    const foreign = auth.foreignToken({ sub: 'u7' });
    auth.authenticator.authenticate(foreign);
    for (const id of [user.id, 'u7']) await auth.users.disable(id, OPERATOR);
    for (const token of [grant.accessToken, foreign]) {
      expect(auth.authenticator.authenticate(token)).toMatchObject({ code: 'account_disabled' });
    }
    await nextTurn();
    expect(auth.published).toContainEqual(
      expect.objectContaining({ revocation: expect.objectContaining({ kind: 'ban', id: 'u7' }) }),
    );
    for (const id of [user.id, 'u7']) await auth.users.enable(id, OPERATOR);
    expect(auth.authenticator.authenticate(foreign).ok).toBe(true);
    expect(auth.authenticator.authenticate(grant.accessToken)).toMatchObject({ code: 'token_revoked' });
    await expect(login(auth)).resolves.toBeDefined();
    expect(auth.audit.of('user_updated').map(({ details }) => details?.['is_disabled'])).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('refuses somebody who does not exist', async () => {
    const auth = createTestAuth();
    await expect(auth.users.disable('usr_x', OPERATOR)).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(auth.users.enable('usr_x', OPERATOR)).rejects.toMatchObject({ code: 'user_not_found' });
    expect(auth.revocations.size).toBe(0);
  });
});

describe('finding users', () => {
  it('tells whether there are more than it returns', async () => {
    const auth = createTestAuth();
    for (const username of ['ann', 'anna', 'anne']) await auth.users.create({ username, password: PASSWORD }, OPERATOR);
    expect(await auth.users.search('an', 2)).toMatchObject({ users: [{}, {}], isComplete: false });
    expect(await auth.users.search('ＡＮ', 3)).toMatchObject({ users: [{}, {}, {}], isComplete: true });
  });
});
