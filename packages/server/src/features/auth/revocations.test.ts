import { describe, expect, it } from 'vitest';
import { MemoryBus } from '../../adapters/memory/bus.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { BusEvent } from '../../ports/bus.ts';
import type { Identity } from '../../ports/caller.ts';
import { Revocations } from './revocations.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryAccounts } from './testing/memory-accounts.ts';
import { nextTurn } from './testing/next-turn.ts';

function setUp(maxEntries?: number) {
  const clock = new ManualClock();
  const accounts = new MemoryAccounts(clock.now);
  const bus = new MemoryBus();
  const published: BusEvent[] = [];
  bus.subscribe((event) => published.push(event));
  const options = { accounts, bus, clock, ...(maxEntries !== undefined && { maxEntries }) };
  return { clock, accounts, bus, published, options, revocations: new Revocations(options) };
}

function identity(overrides: Partial<Identity> = {}): Identity {
  const issuedAtMs = Date.UTC(2026, 10, 20, 11, 0, 0);
  const expiresAtMs = issuedAtMs + 7_200_000;
  const ids = { userId: 'usr_1', sessionId: 'ses_1', tokenId: 'tok_1' };
  return { ...ids, issuer: 'parley', roles: [], caps: undefined, issuedAtMs, expiresAtMs, ...overrides };
}

describe('revocations', () => {
  it.each([
    ['token', 'tok_1', 'token_revoked'],
    ['session', 'ses_1', 'token_revoked'],
    ['user', 'usr_1', 'token_revoked'],
    ['ban', 'usr_1', 'account_disabled'],
  ] as const)('of a %s refuse what it concerns and nothing else', async (kind, id, code) => {
    const { revocations } = setUp();
    await revocations.revoke(kind, id, null);
    expect(revocations.refusalOf(identity())).toBe(code);
    expect(revocations.refusalOf(identity({ userId: 'usr_2', sessionId: 'ses_2', tokenId: 'tok_2' }))).toBeUndefined();
  });

  it('are on disk before they are in force, and in force before the bus is told', async () => {
    const { revocations, accounts, published } = setUp();
    accounts.failures.set('addRevocation', new AppError('storage_unavailable'));
    await expect(revocations.revoke('session', 'ses_1', null)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(revocations.refusalOf(identity())).toBeUndefined();
    await nextTurn();
    expect(published).toEqual([]);
    await revocations.revoke('session', 'ses_1', null);
    expect(revocations.refusalOf(identity())).toBe('token_revoked');
    expect(published).toEqual([]);
    await nextTurn();
    expect(published).toMatchObject([{ kind: 'revocation', revocation: { kind: 'session', id: 'ses_1' } }]);
  });

  it('reach another node by the bus, with the time they were made at', async () => {
    const { revocations, options, bus, clock } = setUp();
    const other = new Revocations(options);
    bus.subscribe((event) => {
      if (event.kind === 'revocation') other.apply(event.revocation);
    });
    await revocations.revoke('user', 'usr_1', null);
    const cutMs = clock.now();
    clock.pass(5000);
    await nextTurn();
    expect(other.refusalOf(identity({ sessionId: undefined, issuedAtMs: cutMs }))).toBe('token_revoked');
    expect(other.refusalOf(identity({ sessionId: undefined, issuedAtMs: cutMs + 1 }))).toBeUndefined();
  });

  it('take effect from now when the bus brought no time', () => {
    const { revocations, clock } = setUp();
    revocations.apply({ kind: 'user', id: 'usr_1' });
    expect(revocations.refusalOf(identity({ sessionId: undefined, issuedAtMs: clock.now() }))).toBe('token_revoked');
    expect(revocations.refusalOf(identity({ sessionId: undefined, issuedAtMs: clock.now() + 1 }))).toBeUndefined();
  });

  it('of a user refuse foreign tokens of that very second, and let a session of that second live', async () => {
    const { revocations, clock } = setUp();
    await revocations.revoke('user', 'usr_1', null);
    const issuedAtMs = Math.floor(clock.now() / 1000) * 1000;
    expect(revocations.refusalOf(identity({ sessionId: undefined, issuedAtMs }))).toBe('token_revoked');
    expect(revocations.refusalOf(identity({ issuedAtMs }))).toBeUndefined();
    expect(revocations.refusalOf(identity({ issuedAtMs: issuedAtMs - 1000 }))).toBe('token_revoked');
  });

  it('of a user are not undone by an older one that arrives later', async () => {
    const { revocations, clock } = setUp();
    await revocations.revoke('user', 'usr_1', null);
    revocations.apply({ kind: 'user', id: 'usr_1', atMs: clock.now() - 10_000, untilMs: null });
    expect(revocations.refusalOf(identity({ issuedAtMs: clock.now() - 5000 }))).toBe('token_revoked');
  });

  it('are loaded at start, and forgotten when no token can be concerned any more', async () => {
    const { revocations, options, clock } = setUp();
    await revocations.revoke('session', 'ses_1', clock.now() + 1000);
    await revocations.revoke('ban', 'usr_9', null);
    const restarted = new Revocations(options);
    await restarted.load();
    expect(restarted.refusalOf(identity())).toBe('token_revoked');
    clock.pass(1000);
    restarted.sweep();
    expect(restarted.size).toBe(1);
  });

  it('heal by loading again: a lost revocation comes, a lifted ban goes', async () => {
    const { revocations, options } = setUp();
    const other = new Revocations(options);
    await revocations.revoke('ban', 'usr_1', null);
    await revocations.revoke('session', 'ses_2', null);
    await other.load();
    expect(other.refusalOf(identity())).toBe('account_disabled');
    await revocations.reinstate('usr_1');
    expect(revocations.refusalOf(identity())).toBeUndefined();
    expect(other.refusalOf(identity())).toBe('account_disabled');
    await other.load();
    expect(other.refusalOf(identity())).toBeUndefined();
    expect(other.refusalOf(identity({ sessionId: 'ses_2' }))).toBe('token_revoked');
  });

  it('do not lose a ban that comes in while they are loaded', async () => {
    const { revocations, accounts } = setUp();
    const loaded = revocations.load();
    accounts.revocations.clear();
    revocations.apply({ kind: 'ban', id: 'usr_1' });
    await loaded;
    expect(revocations.refusalOf(identity())).toBe('account_disabled');
  });

  it('are refused beyond their number rather than forgotten, unless old ones can go', async () => {
    const { revocations, clock } = setUp(3);
    for (const id of ['a', 'b', 'c']) await revocations.revoke('token', id, clock.now() + 1000);
    await expect(revocations.revoke('token', 'd', null)).rejects.toMatchObject({ code: 'overloaded' });
    clock.pass(1000);
    await revocations.revoke('token', 'd', null);
    expect(revocations.size).toBe(1);
  });
});
