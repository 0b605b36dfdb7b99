import { describe, expect, it } from 'vitest';
import { createId } from '../kernel/ids.ts';
import type { AccountStore, NewUser } from './account-store.ts';

/** A local user nobody else has. */
export function freshUser(more: Partial<NewUser> = {}): NewUser {
  const id = createId('usr');
  return { id, issuer: 'parley', username: id, name: null, roles: ['member'], passwordHash: '$argon2id$x', ...more };
}

/** What the port promises about users. */
export function describeUsers(accounts: () => AccountStore): void {
  describe('records', () => describeRecords(accounts));
  describe('finding', () => describeFinding(accounts));
}

function describeRecords(accounts: () => AccountStore): void {
  it('keeps a user as created', async () => {
    const user = freshUser({ name: 'Ada Lovelace', roles: ['admin', 'member'] });
    expect(await accounts().createUser(user)).toBe('created');
    const { passwordHash, ...record } = user;
    const stored = { ...record, isDisabled: false, createdAtMs: expect.any(Number) };
    expect(await accounts().findUser(user.id)).toEqual(stored);
    expect(await accounts().findCredentials(user.username as string)).toEqual({ user: stored, passwordHash });
  });

  it('refuses an id or a user name that is taken, in any case, and changes nothing', async () => {
    const user = freshUser({ username: `Straße-${createId('n')}` });
    await accounts().createUser(user);
    expect(await accounts().createUser({ ...user, username: 'another', name: 'Thief' })).toBe('taken');
    expect(await accounts().createUser(freshUser({ username: user.username }))).toBe('taken');
    expect(
      await accounts().createUser(freshUser({ username: user.username?.toUpperCase().replace('SS', 'ß') ?? '' })),
    ).toBe('taken');
    expect(await accounts().findUser(user.id)).toMatchObject({ username: user.username, name: null });
  });

  it('creates one of two users who want the same name at once', async () => {
    const username = createId('n');
    const outcomes = await Promise.all(
      [freshUser({ username }), freshUser({ username })].map((u) => accounts().createUser(u)),
    );
    expect(outcomes.toSorted()).toEqual(['created', 'taken']);
  });

  it('lets any number of users have no user name', async () => {
    const nameless = () => freshUser({ username: null, passwordHash: null, issuer: 'other' });
    expect(await accounts().createUser(nameless())).toBe('created');
    expect(await accounts().createUser(nameless())).toBe('created');
  });

  it('ensures users without touching those who exist, and tells how many were new', async () => {
    const known = freshUser({ name: 'Known' });
    const [a, b] = [freshUser(), freshUser()];
    await accounts().createUser(known);
    expect(await accounts().ensureUsers([a, { ...known, name: 'Changed', roles: [] }, b, a])).toBe(2);
    expect(await accounts().findUser(known.id)).toMatchObject({ name: 'Known', roles: ['member'] });
    expect(await accounts().ensureUsers([a, b])).toBe(0);
    expect(await accounts().ensureUsers([])).toBe(0);
  });

  it('stores a noted user before any later write, and by itself when there is none', async () => {
    const [first, second, alone] = [freshUser(), freshUser(), freshUser()];
    const noted = [accounts().noteUser(first), accounts().noteUser(second), accounts().noteUser(first)];
    expect(await accounts().setDisabled(second.id, true)).toBe(true);
    await Promise.all(noted);
    expect(await accounts().findUser(first.id)).toMatchObject({ id: first.id });
    await accounts().noteUser(alone);
    expect(await accounts().findUser(alone.id)).toMatchObject({ id: alone.id });
  });

  it('ensures a thousand users at once', async () => {
    const users = Array.from({ length: 1_000 }, () => freshUser({ username: null, issuer: 'other' }));
    const before = await accounts().countUsers();
    expect(await accounts().ensureUsers(users)).toBe(1_000);
    expect(await accounts().countUsers()).toBe(before + 1_000);
  });

  it('knows nobody of an unknown id or name', async () => {
    expect(await accounts().findUser('usr_nobody')).toBeUndefined();
    expect(await accounts().findCredentials('nobody at all')).toBeUndefined();
    expect(await accounts().setPasswordHash('usr_nobody', 'x')).toBe(false);
    expect(await accounts().setDisabled('usr_nobody', true)).toBe(false);
  });

  it('has no credentials of a user without a password', async () => {
    const user = freshUser({ passwordHash: null });
    await accounts().createUser(user);
    expect(await accounts().findCredentials(user.id)).toBeUndefined();
    expect(await accounts().setPasswordHash(user.id, 'hash')).toBe(true);
    expect(await accounts().findCredentials(user.id)).toMatchObject({ passwordHash: 'hash' });
  });

  it('disables and enables a user', async () => {
    const user = freshUser();
    await accounts().createUser(user);
    expect(await accounts().setDisabled(user.id, true)).toBe(true);
    expect(await accounts().findUser(user.id)).toMatchObject({ isDisabled: true });
    expect(await accounts().findCredentials(user.id)).toMatchObject({ user: { isDisabled: true } });
    expect(await accounts().setDisabled(user.id, false)).toBe(true);
    expect(await accounts().findUser(user.id)).toMatchObject({ isDisabled: false });
  });
}

function describeFinding(accounts: () => AccountStore): void {
  const search = async (query: string, limit = 50) =>
    (await accounts().searchUsers(query, limit)).map(({ username, name }) => username ?? name);
  const create = async (...users: Partial<NewUser>[]) => {
    for (const user of users) expect(await accounts().createUser(freshUser(user))).toBe('created');
  };

  it('finds users whose user name or name begins with the query, without case, by user name', async () => {
    await create(
      { username: 'QXbeta', name: 'Somebody' },
      { username: 'qxalpha', name: null },
      { username: 'zz-qx', name: 'not at the beginning qx' },
      { username: 'aaa-qx', name: 'Qxavier' },
      { username: null, name: 'qx of another issuer', issuer: 'other' },
    );
    expect(await search('qX')).toEqual(['aaa-qx', 'qxalpha', 'QXbeta', 'qx of another issuer']);
    expect(await search('qx', 2)).toEqual(['aaa-qx', 'qxalpha']);
    expect(await search('qxal')).toEqual(['qxalpha']);
    expect(await search('qxnone')).toEqual([]);
  });

  it('takes every character of the query as it stands', async () => {
    await create({ username: 'wild%card' }, { username: 'wildxcard' }, { username: 'under_score' });
    expect(await search('wild%')).toEqual(['wild%card']);
    expect(await search('%')).toEqual([]);
    expect(await search('under_s')).toEqual(['under_score']);
    expect(await search('unde__')).toEqual([]);
    expect(await search('*')).toEqual([]);
    expect(await search("'; DROP TABLE users; --")).toEqual([]);
  });

  it('finds names beyond ASCII', async () => {
    await create({ username: 'Ünïque-ключ' }, { username: 'x-emoji', name: '😀 smile' });
    expect(await search('üNÏQUE-КЛ')).toEqual(['Ünïque-ключ']);
    expect(await search('😀')).toEqual(['x-emoji']);
  });

  it('leaves disabled users out', async () => {
    const user = freshUser({ username: 'vanishing-user' });
    await accounts().createUser(user);
    await accounts().setDisabled(user.id, true);
    expect(await search('vanishing')).toEqual([]);
  });

  it('lists all users by id, page by page', async () => {
    await create({}, {}, {});
    const ids: string[] = [];
    for (let page = await accounts().listUsers({ limit: 100 }); page.length > 0; ) {
      ids.push(...page.map(({ id }) => id));
      page = await accounts().listUsers({ afterId: ids.at(-1) as string, limit: 100 });
    }
    expect(ids).toHaveLength(await accounts().countUsers());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
  });
}
