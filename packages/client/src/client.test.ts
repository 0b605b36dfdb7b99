import { describe, expect, it } from 'vitest';
import type { ClientError } from './client-error.ts';
import { ME } from './testing/fake-server.ts';
import { settled } from './testing/manual-timers.ts';
import { connectTestClient, createTestClient } from './testing/test-client.ts';

describe('Client', () => {
  it('refuses requests while there is no connection', async () => {
    const { client } = createTestClient();
    await expect(client.request('get_user_chats', {})).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('tells at once that it has nothing to sign in with', async () => {
    const { client, server } = createTestClient({ token: undefined as never });
    await expect(client.connect()).rejects.toMatchObject({ code: 'signed_out' });
    expect(server.sockets).toHaveLength(0);
  });

  it('rejects a request with what the server says', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.answers.set('find_users', () => ({ code: 'rate_limited', retry: 'backoff', retry_after_ms: 700 }));
    const found = test.client.request('find_users', { query: 'an' }).catch((error: ClientError) => error);
    await test.flow();
    expect(await found).toMatchObject({ code: 'rate_limited', retry: 'backoff', retryAfterMs: 700 });
  });

  it('rejects a request that nobody answers', async () => {
    const test = createTestClient({ requestTimeoutMs: 3000 });
    await connectTestClient(test);
    test.server.answers.set('find_users', () => undefined);
    const found = test.client.request('find_users', { query: 'an' }).catch((error: ClientError) => error);
    await test.pass(3000);
    expect(await found).toMatchObject({ code: 'request_timeout', retry: 'backoff' });
  });

  it('rejects what is under way when the connection ends', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    const found = test.client.request('find_users', { query: 'an' }).catch((error: ClientError) => error);
    test.server.socket.cut();
    expect(await found).toMatchObject({ code: 'connection_lost' });
  });

  it('says hello, signs in by message, and is online', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    expect(test.server.socket).toMatchObject({ url: 'wss://chat.example/ws', subprotocols: ['parley.v1.json'] });
    expect(test.server.received.map(({ type }) => type)).toEqual(['hello', 'auth', 'ping', 'sync']);
    expect(test.client.user).toEqual(ME);
    expect(test.client.welcome).toMatchObject({ log_epoch: 'epoch-1' });
    expect(test.states).toEqual(['connecting', 'online']);
  });

  it('ignores what it does not understand', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    const states: unknown[] = [];
    test.client.on('state', (state) => states.push(state));
    const { socket } = test.server;
    for (const data of ['', 'null', '[]', '{"type":"state","payload":1}', new ArrayBuffer(2)])
      socket.onmessage?.({ data });
    expect(states).toEqual([]);
    expect(test.client.state.name).toBe('online');
  });

  it('gives up on a socket that does not open, and tries again', async () => {
    const test = createTestClient({ connectTimeoutMs: 2000 });
    void test.client.connect();
    await test.timers.pass(2000);
    expect(test.client.state).toMatchObject({ name: 'waiting', error: { code: 'connect_timeout' } });
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
  });

  it('notices that the server is gone although the socket stays open', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    test.server.answers.set('ping', () => undefined);
    const { socket } = test.server;
    await test.pass(35_000);
    expect(socket.closedWith).toEqual({ code: 1000, reason: 'request_timeout' });
    test.server.answers.clear();
    await test.pass(15_000);
    expect(test.client.state.name).toBe('online');
  });

  it('shows each message of the wire', async () => {
    const test = createTestClient();
    const frames: string[] = [];
    test.client.on('frame', ({ direction, text }) => frames.push(`${direction} ${JSON.parse(text).type}`));
    await connectTestClient(test);
    expect(frames).toEqual([
      'out hello',
      'out auth',
      'in welcome',
      'in auth',
      'out ping',
      'in ping',
      'out sync',
      'in sync',
      'in caught_up',
    ]);
  });

  it('closes for good, whatever it was doing', async () => {
    const test = createTestClient();
    void test.client.connect();
    test.client.close();
    await test.timers.pass(60_000);
    expect(test.server.sockets).toHaveLength(0);

    const ready = test.client.connect();
    await settled();
    test.client.close();
    await expect(ready).rejects.toMatchObject({ code: 'client_closed' });
    await test.timers.pass(60_000);
    expect(test.server.sockets).toHaveLength(1);
    expect(test.server.socket.isOpen).toBe(false);
    expect(test.timers.nextInMs).toBeUndefined();
  });

  it('can be connected again after it was closed', async () => {
    const test = createTestClient();
    await connectTestClient(test);
    test.client.close();
    await connectTestClient(test);
    expect(test.client.state.name).toBe('online');
  });
});
