import { expect, it } from 'vitest';
import { createId } from '../kernel/ids.ts';
import type { AccountStore } from './account-store.ts';
import { freshUser } from './account-store-users.contract.ts';

const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;

/** What the port promises about sessions and their refresh tokens. */
export function describeSessions(accounts: () => AccountStore, setNow: (nowMs: number) => void): void {
  /** A user with a session. */
  const begin = async (more: { userId?: string; expiresAtMs?: number } = {}) => {
    const user = freshUser();
    const userId = more.userId ?? user.id;
    if (more.userId === undefined) await accounts().createUser(user);
    const session = {
      id: createId('ses'),
      userId,
      refreshHash: createId('hash'),
      expiresAtMs: more.expiresAtMs ?? NOW + DAY_MS,
      userAgent: 'a test',
    };
    await accounts().createSession(session);
    return session;
  };
  const rotate = (refreshHash: string, nextHash: string, nextExpiresAtMs = NOW + 2 * DAY_MS) =>
    accounts().rotateRefresh({ refreshHash, nextHash, nextExpiresAtMs });

  it('keeps a session as begun', async () => {
    setNow(NOW);
    const { id, userId, expiresAtMs, userAgent } = await begin();
    expect(await accounts().listSessions(userId)).toEqual([
      { id, userId, createdAtMs: NOW, expiresAtMs, endedAtMs: null, userAgent },
    ]);
    expect(await accounts().listSessions('usr_nobody')).toEqual([]);
  });

  it('replaces a refresh token by the next and extends the session', async () => {
    setNow(NOW);
    const session = await begin();
    const next = createId('hash');
    const outcome = await rotate(session.refreshHash, next);
    expect(outcome).toMatchObject({
      status: 'rotated',
      session: { id: session.id, expiresAtMs: NOW + 2 * DAY_MS, endedAtMs: null },
      user: { id: session.userId },
    });
    expect(await accounts().listSessions(session.userId)).toMatchObject([{ expiresAtMs: NOW + 2 * DAY_MS }]);
    expect(await rotate(next, createId('hash'))).toMatchObject({ status: 'rotated', session: { id: session.id } });
  });

  it('ends the session when a refresh token comes a second time', async () => {
    setNow(NOW);
    const session = await begin();
    const next = createId('hash');
    await rotate(session.refreshHash, next);
    setNow(NOW + 1_000);
    expect(await rotate(session.refreshHash, createId('hash'))).toMatchObject({
      status: 'reused',
      session: { id: session.id, endedAtMs: NOW + 1_000 },
    });
    expect(await rotate(next, createId('hash'))).toEqual({ status: 'invalid' });
    expect(await accounts().endSession(session.id)).toBe(false);
  });

  it('rotates once when the same refresh token comes twice at once', async () => {
    setNow(NOW);
    const session = await begin();
    const outcomes = await Promise.all([
      rotate(session.refreshHash, createId('hash')),
      rotate(session.refreshHash, createId('hash')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rotated', 'reused']);
  });

  it('takes no refresh token that is unknown, expired, or of a session that has ended', async () => {
    setNow(NOW);
    const expiring = await begin({ expiresAtMs: NOW + 10 });
    const ended = await begin();
    expect(await accounts().endSession(ended.id)).toBe(true);
    setNow(NOW + 10);
    for (const hash of [expiring.refreshHash, ended.refreshHash, 'never issued'])
      expect(await rotate(hash, createId('hash'))).toEqual({ status: 'invalid' });
  });

  it('ends a session once', async () => {
    setNow(NOW);
    const session = await begin();
    expect(await accounts().endSession(session.id)).toBe(true);
    expect(await accounts().endSession(session.id)).toBe(false);
    expect(await accounts().endSession('ses_none')).toBe(false);
    expect(await accounts().listSessions(session.userId)).toMatchObject([{ endedAtMs: NOW }]);
  });

  it('ends all live sessions of a user and tells which', async () => {
    setNow(NOW);
    const first = await begin();
    const second = await begin({ userId: first.userId });
    const ended = await begin({ userId: first.userId });
    const others = await begin();
    await accounts().endSession(ended.id);
    expect([...(await accounts().endSessionsOf(first.userId))].sort()).toEqual([first.id, second.id].sort());
    expect(await accounts().endSessionsOf(first.userId)).toEqual([]);
    expect(await accounts().endSessionsOf('usr_nobody')).toEqual([]);
    expect(await accounts().endSession(others.id)).toBe(true);
  });

  it('tells that a user was disabled, with the rotation', async () => {
    setNow(NOW);
    const session = await begin();
    await accounts().setDisabled(session.userId, true);
    expect(await rotate(session.refreshHash, createId('hash'))).toMatchObject({ user: { isDisabled: true } });
  });
}
