import { describe, expect, it } from 'vitest';
import { connectTestClient, createTestClient } from './testing/test-client.ts';

describe('A client that lost its connection', () => {
  it.each([4502, 4503, 4504, 4505, 4506, 4507, 4999, 1002, 1009])('stays away after %d', async (code) => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.socket.cut(code, 'the_reason');
    await test.pass(600_000);
    expect(test.server.sockets).toHaveLength(1);
    expect(test.client.state).toMatchObject({ name: 'stopped', error: { code: 'the_reason' } });
  });

  it.each([1001, 1006, 1011, 1012, 1013, 4002, 4003, 4008, 4009, 4499])('comes back after %d', async (code) => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.socket.cut(code);
    await test.pass(500);
    expect(test.client.state.name).toBe('online');
    expect(test.states).toEqual(['connecting', 'online', 'waiting', 'connecting', 'online']);
  });

  it.each([4001, 4500, 4501])('does not present the same token again after %d', async (code) => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.socket.cut(code, 'token_expired');
    await test.pass(600_000);
    expect(test.server.sockets).toHaveLength(1);
    expect(test.client.state).toMatchObject({ name: 'stopped', error: { code: 'token_expired' } });
  });

  it('gives up before a connection when getToken() has no other token', async () => {
    const test = createTestClient({ token: undefined as never, getToken: () => 'good' });
    await connectTestClient(test);
    test.server.socket.cut(4001, 'token_expired');
    await test.pass(600_000);
    expect(test.server.sockets).toHaveLength(1);
    expect(test.client.state).toMatchObject({ name: 'stopped', error: { code: 'token_expired' } });
  });

  it('comes back with another token of getToken()', async () => {
    const tokens = ['good', 'better'];
    const test = createTestClient({ token: undefined as never, getToken: () => tokens.shift() ?? 'none' });
    test.server.tokens.add('better');
    await connectTestClient(test);
    test.server.socket.cut(4001, 'token_expired');
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
    expect(test.server.received.filter(({ type }) => type === 'auth').map((auth) => auth['token'])).toEqual([
      'good',
      'better',
    ]);
  });

  it('tries again when getToken() fails', async () => {
    let isDown = true;
    const getToken = () => (isDown ? Promise.reject(new Error('offline')) : 'good');
    const test = createTestClient({ token: undefined as never, getToken });
    void test.client.connect();
    await test.timers.pass(0);
    expect(test.client.state).toMatchObject({ name: 'waiting', error: { code: 'token_unavailable' } });
    isDown = false;
    await test.timers.pass(250);
    await test.flow();
    expect(test.client.state.name).toBe('online');
  });

  it('that it never had, says so', async () => {
    const test = createTestClient();
    void test.client.connect();
    await test.timers.pass(0);
    test.server.socket.cut();
    await test.timers.pass(0);
    expect(test.client.state).toMatchObject({ name: 'waiting', error: { code: 'connect_failed' } });
  });

  it('waits longer each time, up to 30 seconds', async () => {
    const test = createTestClient({ connectTimeoutMs: 60_000 });
    await connectTestClient(test);
    test.timers.chance = 0.999;
    const waits: number[] = [];
    test.client.on('state', (state) => {
      if (state.name === 'waiting') waits.push(Math.round(state.retryInMs));
    });
    for (let attempt = 0; attempt < 9; attempt++) {
      test.server.socket.cut();
      await test.timers.pass(30_000);
    }
    expect(waits).toEqual([500, 999, 1998, 3996, 7992, 15_984, 29_970, 29_970, 29_970]);
  });

  it('does not come back sooner than an error says', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    const error = {
      status: 'error',
      code: 'overloaded',
      message: '',
      retry: 'backoff',
      retry_after_ms: 9000,
      help: '',
    };
    test.server.socket.receive({ type: 'error', ...error });
    test.server.socket.cut(1013, 'overloaded');
    await test.timers.pass(0);
    expect(test.client.state).toMatchObject({ name: 'waiting', retryInMs: 9000, error: { code: 'overloaded' } });
  });

  it('comes back when the server said, once', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.socket.receive({ type: 'reconnect', payload: { after_ms: 1000, spread_ms: 4000 } });
    test.server.socket.cut(1012, 'draining');
    await test.timers.pass(0);
    expect(test.client.state).toMatchObject({ name: 'waiting', retryInMs: 3000 });
    await test.timers.pass(3000);
    test.server.socket.cut(1012);
    await test.timers.pass(0);
    expect(test.client.state).toMatchObject({ name: 'waiting', retryInMs: 500 });
  });

  it('comes back at once when it is asked to', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.socket.cut();
    await test.timers.pass(0);
    expect(test.client.state.name).toBe('waiting');
    void test.client.connect();
    await test.timers.pass(0);
    expect(test.server.sockets).toHaveLength(2);
  });
});
