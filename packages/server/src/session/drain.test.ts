import { describe, expect, it } from 'vitest';
import { drainConnections } from './drain.ts';
import { createTestSession } from './testing/test-session.ts';

describe('draining', () => {
  it('tells everybody when to come back, then closes with 1012: as a push to clients with hello, as an error to others', async () => {
    using session = createTestSession();
    const [hello, frozen, stranger] = [session.connect('ann'), session.connect('ben'), session.connect()];
    hello.connection.acceptHello();
    await drainConnections(session.layer.hub, 1, new AbortController().signal);
    expect(hello.wire.messages).toMatchObject([
      { type: 'reconnect', payload: { after_ms: 1000, spread_ms: 1000 } },
      { type: 'error', code: 'draining', retry: 'backoff', retry_after_ms: 1000 },
    ]);
    for (const { wire } of [frozen, stranger]) {
      expect(wire.messages).toMatchObject([{ type: 'error', status: 'error', code: 'draining', retry_after_ms: 1000 }]);
    }
    for (const { wire } of [hello, frozen, stranger]) expect(wire.end).toEqual({ code: 1012, reason: 'draining' });
    expect(session.layer.hub.connections.size).toBe(0);
  });

  it('does not wait any longer once it is told to hurry', async () => {
    using session = createTestSession();
    const peers = Array.from({ length: 100 }, () => session.connect('ann'));
    const hurry = new AbortController();
    const drained = drainConnections(session.layer.hub, 3_600_000, hurry.signal);
    expect(peers.filter(({ wire }) => wire.end !== undefined)).toHaveLength(5);
    hurry.abort();
    await drained;
    expect(peers.every(({ wire }) => wire.end?.code === 1012)).toBe(true);
  });

  it('closes who came meanwhile, from a handshake that was under way', async () => {
    using session = createTestSession();
    for (let i = 0; i < 40; i++) session.connect('ann');
    const drained = drainConnections(session.layer.hub, 1, new AbortController().signal);
    const late = session.connect('ben');
    await drained;
    expect(late.wire.end?.code).toBe(1012);
  });

  it('is done at once when there is nobody', async () => {
    using session = createTestSession();
    await expect(drainConnections(session.layer.hub, 3_600_000, new AbortController().signal)).resolves.toBeUndefined();
  });
});
