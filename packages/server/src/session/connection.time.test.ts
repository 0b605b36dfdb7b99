import { describe, expect, it } from 'vitest';
import { FakeWire } from './testing/fake-wire.ts';
import { createTestSession, identityFor, TEST_OPTIONS } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

const { authTimeoutMs, heartbeatMs, expiryNoticeMs } = TEST_OPTIONS;
/** How late a deadline may be met. */
const TICK_MS = 250;

describe('the authentication deadline', () => {
  it('ends a connection nobody has signed in on, with the reason as a message and as a close code', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    session.passMs(authTimeoutMs - 1);
    connection.receive('{"type":"ping"}');
    expect(wire.end).toBeUndefined();
    session.passMs(TICK_MS + 1);
    expect(wire.end).toEqual({ code: 4002, reason: 'auth_timeout' });
    expect(wire.messages.at(-1)).toMatchObject({ type: 'error', status: 'error', code: 'auth_timeout' });
  });

  it('is met also where heartbeats are rarer than it', () => {
    using session = createTestSession({ options: { heartbeatMs: 600_000, authTimeoutMs: 1000 } });
    const { wire } = session.connect();
    session.passMs(1000 + TICK_MS);
    expect(wire.end?.code).toBe(4002);
  });

  it('is not moved by anything but a user', () => {
    using session = createTestSession();
    const [busy, ann] = [session.connect(), session.connect()];
    for (let ms = 0; ms < authTimeoutMs; ms += 1000) {
      busy.connection.heard();
      session.passMs(1000);
      if (ms === 20_000) ann.connection.authenticate(identityFor('ann', session.clock));
    }
    session.passMs(TICK_MS);
    expect([busy.wire.end?.code, ann.wire.end]).toEqual([4002, undefined]);
  });
});

describe('the heartbeat', () => {
  it('asks every period, and takes silence over two of them for death within three', () => {
    using session = createTestSession();
    const { wire } = session.connect('ann');
    session.passMs(heartbeatMs + TICK_MS);
    expect(wire.calls.filter((call) => call === 'ping')).toHaveLength(1);
    session.passMs(2 * heartbeatMs - 2 * TICK_MS);
    expect(wire.end).toBeUndefined();
    session.passMs(TICK_MS);
    expect(wire.end).toEqual({ code: 4003, reason: 'heartbeat_timeout' });
    expect(wire.types.at(-1)).toBe('heartbeat_timeout');
  });

  it('ends a peer within three periods of its last sign, whenever that was', () => {
    for (const lastSignMs of [0, 1, 12_000, heartbeatMs - 1, heartbeatMs + 300, 2 * heartbeatMs + 7]) {
      using session = createTestSession();
      const { wire, connection } = session.connect('ann');
      session.passMs(lastSignMs);
      connection.heard();
      session.passMs(3 * heartbeatMs + TICK_MS);
      expect(wire.end?.code).toBe(4003);
    }
  });

  it('does not come later from period to period', () => {
    using session = createTestSession({ options: { heartbeatMs: 10_010 } });
    const { wire, connection } = session.connect('ann');
    for (let beat = 0; beat < 100; beat++) {
      connection.heard();
      session.passMs(10_010);
    }
    session.passMs(TICK_MS);
    expect(wire.calls.filter((call) => call === 'ping')).toHaveLength(100);
  });

  it.each(['message', 'pong'])('goes on as long as a %s comes now and then', (sign) => {
    using session = createTestSession({ handlers: { ping: () => ({ server_time: '' }) } });
    const { wire, connection } = session.connect('ann');
    for (let beat = 0; beat < 20; beat++) {
      session.passMs(heartbeatMs * 1.9);
      if (sign === 'pong') connection.heard();
      else connection.receive('{"type":"ping"}');
    }
    expect(wire.end).toBeUndefined();
  });

  it('asks nothing of lines, whose clients cannot know of it, unless they said hello', () => {
    using session = createTestSession();
    const [plain, hello] = [0, 1].map(() => session.connect('ann', new FakeWire({ transport: 'tcp' })));
    hello?.connection.acceptHello();
    session.passMs(10 * heartbeatMs);
    expect([plain?.wire.end, hello?.wire.end?.code]).toEqual([undefined, 4003]);
  });

  it('gives everybody a whole period after the process stood still', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    session.clock.pass(10 * heartbeatMs);
    session.layer.wheel.advance();
    session.passMs(heartbeatMs - TICK_MS);
    expect(wire.calls.filter((call) => call === 'ping')).toHaveLength(1);
    connection.heard();
    session.passMs(heartbeatMs);
    expect(wire.end).toBeUndefined();
  });
});

describe('the end of a token', () => {
  it('is told in time and then closes, to clients that said hello', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    connection.acceptHello();
    const expiresAtMs = session.clock.now() + 100_000;
    connection.authenticate(identityFor('ann', session.clock, { expiresAtMs }));
    pass(100_000 - expiryNoticeMs - 1);
    expect(wire.types).toEqual([]);
    pass(TICK_MS + 1);
    await turns();
    expect(wire.messages).toMatchObject([
      { type: 'auth:expiring', payload: { expires_at: new Date(expiresAtMs).toISOString() } },
    ]);
    pass(expiryNoticeMs - TICK_MS - 1);
    expect(wire.end).toBeUndefined();
    pass(TICK_MS + 1);
    expect(wire.end).toEqual({ code: 4001, reason: 'token_expired' });
    expect(wire.types).toEqual(['auth:expiring', 'token_expired']);

    function pass(ms: number): void {
      connection.heard();
      session.passMs(ms);
    }
  });

  it('is told to clients without hello as an error', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    const expiresAtMs = session.clock.now() + 30_000;
    connection.authenticate(identityFor('ann', session.clock, { expiresAtMs }));
    session.passMs(TICK_MS);
    await turns();
    expect(wire.messages).toMatchObject([{ type: 'error', status: 'error', code: 'token_expiring', retry: 'now' }]);
    expect(wire.messages[0]?.message).toContain(new Date(expiresAtMs).toISOString());
    expect(wire.end).toBeUndefined();
  });

  it('is told again of the token that came in its place, and closes with that one', async () => {
    using session = createTestSession({ options: { heartbeatMs: 3_600_000 } });
    const { wire, connection } = session.connect();
    connection.acceptHello();
    const give = (ms: number) =>
      connection.authenticate(identityFor('ann', session.clock, { expiresAtMs: session.clock.now() + ms }));
    give(70_000);
    session.passMs(20_000);
    give(90_000);
    session.passMs(60_000);
    expect(wire.end).toBeUndefined();
    session.passMs(30_000 + TICK_MS);
    await turns();
    expect(wire.types).toEqual(['auth:expiring', 'auth:expiring', 'token_expired']);
  });

  it('is noticed within a heartbeat when the clock of the machine is set forward', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    session.clock.jump(86_400_000);
    connection.heard();
    session.passMs(heartbeatMs + TICK_MS);
    expect(wire.end?.code).toBe(4001);
  });

  it('closes at once what was signed in with a token that has ended', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    connection.authenticate(identityFor('ann', session.clock, { expiresAtMs: session.clock.now() }));
    session.passMs(2 * TICK_MS);
    expect(wire.end?.code).toBe(4001);
  });

  it('does not keep the wheel busy when it is years away', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    connection.authenticate(identityFor('ann', session.clock, { expiresAtMs: Number.MAX_SAFE_INTEGER }));
    connection.heard();
    session.passMs(heartbeatMs * 2);
    expect([wire.end, session.layer.wheel.size]).toEqual([undefined, 1]);
  });
});
