import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectUser } from '../support/connect-user.ts';
import { LineClient } from '../support/line-client.ts';
import { sharedServer } from '../support/shared-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { until } from '../support/until.ts';
import { WsClient } from '../support/ws-client.ts';

const HEARTBEAT_MS = 400;
/** Ticks of the server's wheel, and a busy machine. */
const LATE_MS = 2000;

const server = sharedServer({
  env: { JWT_SECRET, HEARTBEAT_MS: String(HEARTBEAT_MS), CLOSE_TIMEOUT_MS: '200', LOG_LEVEL: 'debug' },
});

describe.concurrent('a WebSocket peer', () => {
  it('that never answers a ping is closed within three heartbeats', async () => {
    await using client = await WsClient.connect({ port: server().port, token: mintUserToken('ann'), isMute: true });
    const startMs = performance.now();
    expect(await client.ended()).toEqual({ code: 4003, reason: 'heartbeat_timeout' });
    expect(performance.now() - startMs).toBeLessThan(3 * HEARTBEAT_MS + LATE_MS);
    expect(client.pings.length).toBeGreaterThanOrEqual(1);
  });

  it('that is stopped in the middle of everything is given up, and its connection closed', async () => {
    const script = `
      const socket = new WebSocket(process.argv[1]);
      socket.onopen = () => socket.send('{"type":"hello"}');
      socket.onmessage = ({ data }) => console.log(data);`;
    const url = `ws://127.0.0.1:${server().port}/ws?token=${mintUserToken('ann')}`;
    const child = spawn(process.execPath, ['-e', script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [welcome] = (await once(child.stdout, 'data')) as [Buffer];
      child.kill('SIGSTOP');
      const { payload } = JSON.parse(welcome.toString()) as { readonly payload: { readonly connection_id: string } };
      const closed = await server().log.waitFor(
        'of its end',
        ({ msg, connection }) => msg === 'connection closed' && connection === payload.connection_id,
      );
      expect(closed).toMatchObject({ code: 4003, initiator: 'server', reason: 'heartbeat_timeout' });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('that answers stays, although it says nothing itself', async () => {
    await using client = await WsClient.connect({ port: server().port, token: mintUserToken('ann') });
    await until('six heartbeats', () => client.pings.length >= 6, { pollMs: 50 });
    await client.ask('get_user_chats', {});
  });

  it('that does not answer, but speaks, stays', async () => {
    await using client = await WsClient.connect({ port: server().port, token: mintUserToken('ann'), isMute: true });
    await until(
      'six heartbeats',
      async () => {
        await client.ask('ping', {});
        return client.pings.length >= 6;
      },
      { pollMs: 50 },
    );
  });
});

describe.concurrent('a TCP client', () => {
  it('that said hello, and so read heartbeat_ms, is closed when it goes silent', async () => {
    await using client = await connectUser(server(), 'bob', { over: LineClient });
    expect(await client.errorPush()).toMatchObject({ code: 'heartbeat_timeout' });
    await client.ended();
  });

  it('that never said hello may be silent', async () => {
    await using quiet = await connectUser(server(), 'bob', { over: LineClient, hello: false });
    await using control = await WsClient.connect({ port: server().port, token: mintUserToken('ann') });
    await until('six heartbeats', () => control.pings.length >= 6, { pollMs: 50 });
    await quiet.ask('ping', {});
  });
});
