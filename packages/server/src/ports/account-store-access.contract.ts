import { expect, it } from 'vitest';
import { createId } from '../kernel/ids.ts';
import type { AccountStore, RevocationRecord } from './account-store.ts';

const NOW = 1_800_000_000_000;

/** What the port promises about API keys and revocations. */
export function describeAccess(accounts: () => AccountStore, setNow: (nowMs: number) => void): void {
  const createKey = async () => {
    const key = {
      id: createId('key'),
      name: 'backend',
      hash: createId('hash'),
      scopes: ['messages:write', 'users:read'],
    };
    await accounts().createKey(key);
    return key;
  };
  const inForce = async (ids: readonly string[]) =>
    (await accounts().loadRevocations()).filter(({ id }) => ids.includes(id));

  it('finds a key by its hash until it is revoked', async () => {
    setNow(NOW);
    const { hash, ...key } = await createKey();
    expect(await accounts().findKey(hash)).toEqual({ ...key, createdAtMs: NOW, revokedAtMs: null });
    expect(await accounts().findKey('another hash')).toBeUndefined();
    expect(await accounts().revokeKey(key.id)).toBe(true);
    expect(await accounts().findKey(hash)).toBeUndefined();
    expect(await accounts().revokeKey(key.id)).toBe(false);
    expect(await accounts().revokeKey('key_none')).toBe(false);
  });

  it('lists all keys, without what they are presented as', async () => {
    setNow(NOW);
    const [live, revoked] = [await createKey(), await createKey()];
    await accounts().revokeKey(revoked.id);
    const listed = await accounts().listKeys();
    expect(listed).toContainEqual({
      id: live.id,
      name: 'backend',
      scopes: live.scopes,
      createdAtMs: NOW,
      revokedAtMs: null,
    });
    expect(listed).toContainEqual(expect.objectContaining({ id: revoked.id, revokedAtMs: NOW }));
    expect(JSON.stringify(listed)).not.toContain(live.hash);
  });

  it('keeps revocations until nothing they concern can be alive', async () => {
    setNow(NOW);
    const [token, session, user, ban] = (['token', 'session', 'user', 'ban'] as const).map(
      (kind, i): RevocationRecord => ({
        kind,
        id: createId('x'),
        atMs: NOW,
        untilMs: kind === 'ban' ? null : NOW + 1_000 * (i + 1),
      }),
    ) as [RevocationRecord, RevocationRecord, RevocationRecord, RevocationRecord];
    const all = [token, session, user, ban];
    const ids = all.map(({ id }) => id);
    for (const revocation of all) await accounts().addRevocation(revocation);
    const byKind = (records: readonly RevocationRecord[]) => records.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
    expect(byKind(await inForce(ids))).toEqual(byKind(all));
    setNow(NOW + 1_000);
    expect(byKind(await inForce(ids))).toEqual(byKind([session, user, ban]));
    setNow(NOW + 10_000);
    expect(await inForce(ids)).toEqual([ban]);
    // what has expired is gone, whatever the clock says later
    setNow(NOW);
    expect(await inForce(ids)).toEqual([ban]);
  });

  it('lifts a revocation, and no other', async () => {
    setNow(NOW);
    const id = createId('usr');
    await accounts().addRevocation({ kind: 'ban', id, atMs: NOW, untilMs: null });
    await accounts().addRevocation({ kind: 'user', id, atMs: NOW, untilMs: NOW + 1_000 });
    await accounts().removeRevocation('ban', id);
    await accounts().removeRevocation('token', id);
    expect(await inForce([id])).toMatchObject([{ kind: 'user' }]);
  });

  it('extends a revocation that is added again, and never shortens it', async () => {
    setNow(NOW);
    const id = createId('usr');
    const add = (atMs: number, untilMs: number | null) => accounts().addRevocation({ kind: 'user', id, atMs, untilMs });
    await add(NOW + 5, NOW + 5_000);
    await add(NOW + 9, NOW + 9_000);
    await add(NOW, NOW + 1_000);
    expect(await inForce([id])).toEqual([{ kind: 'user', id, atMs: NOW + 9, untilMs: NOW + 9_000 }]);
    await add(NOW, null);
    await add(NOW + 10, NOW + 10_000);
    expect(await inForce([id])).toEqual([{ kind: 'user', id, atMs: NOW + 10, untilMs: null }]);
  });
}
