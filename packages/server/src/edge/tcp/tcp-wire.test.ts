import { describe, expect, it, vi } from 'vitest';
import type { CommandHandlers } from '../../ports/caller.ts';
import { identityFor } from '../../session/testing/test-session.ts';
import { openPort } from '../testing/open-port.ts';

/** Commands that answer at once or when the test says so. */
function slowHandlers() {
  const waiting: (() => void)[] = [];
  const slow = () => new Promise<void>((resolve) => waiting.push(resolve));
  const handlers: CommandHandlers = {
    ping: () => ({ server_time: '' }),
    login: async (caller, { username }) => {
      await slow();
      caller.authenticate(identityFor(username, port.session.clock));
      return { user: { id: username, username, name: null, roles: [] }, token: '', refresh_token: '', expires_at: '' };
    },
    mark_read: async (_caller, { chat_id, up_to_seq }) => {
      await slow();
      return { chat_id, read_seq: up_to_seq };
    },
  };
  let port: Awaited<ReturnType<typeof openPort>>;
  return {
    waiting,
    open: async () => {
      port = await openPort({ handlers });
      return port;
    },
  };
}

const LOGIN = '{"type":"login","username":"ann","password":"x"}\n';
const PING = '{"type":"ping","request_id":1}\n';
const MARK_READ = '{"type":"mark_read","chat_id":"c","up_to_seq":3,"request_id":2}\n';

describe('a connection that speaks lines', () => {
  it('is answered line by line, however the lines come', async () => {
    await using port = await slowHandlers().open();
    const { socket, lines } = await port.connect();
    socket.write('{"type":"pi');
    await vi.waitUntil(() => port.session.layer.counters.bytesIn === 11 || port.counted.length > 0);
    socket.write(`ng"}\r\n\n  \n${PING}`);
    await vi.waitUntil(() => lines().length === 2);
    expect(lines()).toMatchObject([
      { type: 'ping', status: 'success' },
      { type: 'ping', status: 'success', request_id: 1 },
    ]);
  });

  it('gets the answers to a sign-in and to what came in the same packet in order', async () => {
    const { open, waiting } = slowHandlers();
    await using port = await open();
    const { socket, lines } = await port.connect();
    socket.write(LOGIN + PING + MARK_READ);
    await vi.waitUntil(() => waiting.length === 1);
    expect(lines()).toEqual([]);
    waiting.shift()?.();
    await vi.waitUntil(() => waiting.length === 1);
    waiting.shift()?.();
    await vi.waitUntil(() => lines().length === 3);
    expect(lines().map(({ type }) => type)).toEqual(['login', 'ping', 'mark_read']);
    expect(port.admission.total).toBe(0);
  });

  it('is not read further than one read goes while a sign-in is under way', async () => {
    const { open, waiting } = slowHandlers();
    await using port = await open();
    const { socket, lines } = await port.connect();
    const { counters } = port.session.layer;
    const flood = PING.repeat(200_000);
    socket.write(LOGIN);
    await vi.waitUntil(() => waiting.length === 1);
    const before = counters.bytesIn;
    socket.write(flood);
    await vi.waitUntil(() => socket.writableLength > 0 && socket.writableNeedDrain);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(counters.bytesIn - before).toBeLessThanOrEqual(2 * 65_536);
    expect(lines()).toEqual([]);
    waiting.shift()?.();
    await vi.waitUntil(() => counters.bytesIn - before > 4 * 65_536);
  });

  it('that has ended its side gets every answer, also to a last line without a line end, then the end', async () => {
    const { open, waiting } = slowHandlers();
    await using port = await open();
    const { socket, lines } = await port.connect();
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.end(LOGIN + PING + MARK_READ.trimEnd());
    await vi.waitUntil(() => waiting.length === 1);
    waiting.shift()?.();
    await vi.waitUntil(() => waiting.length === 1);
    waiting.shift()?.();
    await ended;
    expect(lines().map(({ type, status }) => `${String(type)} ${String(status)}`)).toEqual([
      'login success',
      'ping success',
      'mark_read success',
    ]);
    await vi.waitUntil(() => port.session.layer.counters.closed.size === 1);
    expect([...port.session.layer.counters.closed]).toEqual([['1000 client normal', 1]]);
  });

  it('is told in a line why it is closed, then closed', async () => {
    await using port = await slowHandlers().open();
    for (const [text, code] of [
      [`{"type":"${'x'.repeat(2000)}"}\n`, 'payload_too_large'],
      [Buffer.from('7b22ff227d0a', 'hex'), 'invalid_json'],
    ] as const) {
      const { socket, lines } = await port.connect();
      const ended = new Promise((resolve) => socket.once('end', resolve));
      socket.write(text);
      await ended;
      expect(lines()).toMatchObject([{ type: 'error', status: 'error', code }]);
      socket.end();
    }
    await vi.waitUntil(() => port.session.layer.counters.closed.size === 2);
    const reasons = [...port.session.layer.counters.closed.keys()].toSorted();
    expect(reasons).toEqual(['1007 server invalid_json', '1009 server payload_too_large']);
    expect(port.admission.total).toBe(0);
  });

  it('is destroyed when it does not close its side in time after the end', async () => {
    await using port = await slowHandlers().open();
    const { socket } = await port.connect();
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.write(` ${'y'.repeat(2000)}`);
    await ended;
    expect(port.session.layer.wheel.size).toBe(1);
    port.session.passMs(5250);
    await vi.waitUntil(() => port.session.layer.hub.connections.size === 0 && port.admission.total === 0);
    expect(port.session.layer.wheel.size).toBe(0);
  });

  it('leaves nothing behind when it is cut', async () => {
    const { open, waiting } = slowHandlers();
    await using port = await open();
    for (const text of [PING, LOGIN, LOGIN + PING, '{"type":"unfinished']) {
      const { socket } = await port.connect();
      const before = port.session.layer.counters.bytesIn;
      socket.write(text);
      await vi.waitUntil(() => port.session.layer.counters.bytesIn > before);
      socket.resetAndDestroy();
    }
    const { layer } = port.session;
    await vi.waitUntil(() => layer.hub.connections.size === 0);
    for (const answer of waiting) answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect([layer.hub.userCount, layer.wheel.size, layer.budget.waitingBytes, port.admission.total]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
