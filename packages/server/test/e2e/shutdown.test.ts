import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { connectUser } from '../support/connect-user.ts';
import { LineClient } from '../support/line-client.ts';
import { openSocket } from '../support/open-socket.ts';
import { FORM, parleyEnvironment } from '../support/parley-command.ts';
import { errorLineCode, exchangeBytes } from '../support/raw-exchange.ts';
import { exitOf } from '../support/run-program.ts';
import { type LogLine, ServerLog } from '../support/server-log.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { until, within } from '../support/until.ts';
import { shakeHands, WsClient } from '../support/ws-client.ts';

const DRAIN_MS = 1000;
/** What the process may take beyond the drain. */
const EXIT_MS = 2000;
const CROWD = 20;

/** A server with so many connections that draining them takes its time. */
async function crowded(drainMs: number = DRAIN_MS) {
  const server = await startServer({ env: { JWT_SECRET, DRAIN_MS: String(drainMs), SESSION_POLICY: 'multi(100)' } });
  const crowd: TestClient[] = [];
  for (let index = 0; index < CROWD; index++) {
    const over = index % 2 === 0 ? WsClient : LineClient;
    crowd.push(await over.connect({ port: server.port, token: mintUserToken('ann') }));
  }
  return {
    server,
    crowd,
    async [Symbol.asyncDispose]() {
      for (const client of crowd) await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** From the signal to the last line of the log, by the server's own clock. */
function drainDurationMs({ log }: TestServer): number {
  const atMs = (line: LogLine | undefined) => Date.parse(String(line?.['time']));
  return atMs(log.lines.at(-1)) - atMs(log.lines.findLast(({ msg }) => msg === 'draining'));
}

async function untilDraining(server: TestServer): Promise<void> {
  await server.log.waitFor('draining', ({ msg }) => msg === 'draining');
}

describe('a server that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s says so, sends everybody away over DRAIN_MS, and exits',
    async (signal) => {
      await using the = await crowded();
      const [first] = the.crowd;
      await first?.ask('hello', {});
      const endedAtMs = the.crowd.map((client) => client.ended().then((ended) => ({ ended, atMs: performance.now() })));
      const startMs = performance.now();
      the.server.signal(signal);
      expect((await first?.push('reconnect'))?.payload).toEqual({ after_ms: 1000, spread_ms: DRAIN_MS });
      const ends = await Promise.all(endedAtMs);
      expect(await the.server.exited).toEqual({ exitCode: 0, signal: null });
      expect(performance.now() - startMs).toBeLessThan(DRAIN_MS + EXIT_MS);
      const times = ends.map(({ atMs }) => atMs);
      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(DRAIN_MS / 2);
      for (const [index, { ended }] of ends.entries()) {
        if (the.crowd[index] instanceof WsClient) expect(ended).toEqual({ code: 1012, reason: 'draining' });
        expect(the.crowd[index]?.inbox.all.at(-1)).toMatchObject({ type: 'error', code: 'draining' });
      }
      expect(the.server.log.lines.at(-1)?.msg).toBe('stopped');
    },
  );

  it('is alive and not ready meanwhile, and takes no new clients', async () => {
    await using the = await crowded();
    expect((await callApi(the.server, 'GET', '/readyz')).status).toBe(200);
    the.server.signal('SIGTERM');
    await untilDraining(the.server);
    const ready = await callApi(the.server, 'GET', '/readyz');
    expect([ready.status, ready.json?.['code']]).toEqual([503, 'draining']);
    expect((await callApi(the.server, 'GET', '/livez')).status).toBe(200);
    const socket = await openSocket({ port: the.server.port });
    const answer = await shakeHands(socket, { token: mintUserToken('late') });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([503, { code: 'draining' }]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    socket.destroy();
    const lines = await exchangeBytes(await openSocket({ port: the.server.port }), '{"type":"ping"}\n');
    expect(errorLineCode(lines)).toBe('draining');
    expect(await the.server.exited).toEqual({ exitCode: 0, signal: null });
  });

  it('still stores and acknowledges what comes before a connection is closed', async () => {
    await using server = await startServer({ env: { JWT_SECRET, DRAIN_MS: '500' } });
    await using ann = await connectUser(server, 'ann');
    const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: [] });
    const sends = Array.from({ length: 300 }, (_, index) =>
      ann.ask('message', { chat_id: id, content: `${index}` }).then(
        ({ seq }) => seq,
        () => undefined,
      ),
    );
    await sends[0];
    server.signal('SIGTERM');
    const acknowledged = (await Promise.all(sends)).filter((seq) => seq !== undefined);
    await server.exited;
    await server.start();
    await using again = await connectUser(server, 'ann');
    const stored = new Set<number>();
    for (let after = 0, isComplete = false; !isComplete; ) {
      const page = await again.ask('get_messages', { chat_id: id, after_seq: after, limit: 200 });
      for (const { seq } of page.messages) stored.add(seq);
      after = page.next ?? after;
      isComplete = page.complete;
    }
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((seq) => !stored.has(seq))).toEqual([]);
  });

  it('exits although a client neither reads nor answers', async () => {
    await using server = await startServer({ env: { JWT_SECRET, DRAIN_MS: '200', CLOSE_TIMEOUT_MS: '60000' } });
    await using mute = await WsClient.connect({ port: server.port, token: mintUserToken('ann'), isMute: true });
    const silent = await openSocket({ port: server.port });
    mute.socket.pause();
    expect(await server.kill('SIGTERM')).toEqual({ exitCode: 0, signal: null });
    expect(drainDurationMs(server)).toBeLessThan(200 + EXIT_MS);
    silent.destroy();
  });

  it('counts a second signal within a second as the same, as npm and the terminal both pass one on', async () => {
    await using the = await crowded();
    the.server.signal('SIGINT');
    await untilDraining(the.server);
    the.server.signal('SIGINT');
    the.server.signal('SIGTERM');
    expect(await the.server.exited).toEqual({ exitCode: 0, signal: null });
    expect(drainDurationMs(the.server)).toBeGreaterThan(DRAIN_MS / 2);
  });

  it('stops waiting at a later second signal', async () => {
    const longMs = 60_000;
    await using the = await crowded(longMs);
    const startMs = performance.now();
    the.server.signal('SIGTERM');
    await untilDraining(the.server);
    const first = the.crowd.map((client) => client.ended(longMs));
    await Promise.race(first);
    // the echo of a signal is told from a second one by time alone
    await until('a second to pass', () => performance.now() - startMs > 1200, { pollMs: 50 });
    the.server.signal('SIGTERM');
    expect(await the.server.exited).toEqual({ exitCode: 0, signal: null });
    expect(performance.now() - startMs).toBeLessThan(longMs / 4);
    for (const client of the.crowd) await client.ended();
  });

  it('leaves no socket and no lock behind: the next one starts on the same data and port', async () => {
    await using server = await startServer({ env: { JWT_SECRET } });
    for (let round = 0; round < 2; round++) {
      await using ann = await connectUser(server, 'ann');
      expect(await server.kill('SIGTERM')).toEqual({ exitCode: 0, signal: null });
      await ann.ended();
      await server.start();
    }
  });
});

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

describe.runIf(FORM === 'source')('npm start', () => {
  /** `npm start` in a process group of its own, as from a terminal. */
  async function npmStart() {
    const directory = await temporaryDirectory();
    const env = parleyEnvironment({ DATA_DIR: directory.path, PORT: '0' });
    const child = spawn('npm', ['start'], { cwd: REPOSITORY, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = new ServerLog();
    log.readLines(child.stdout);
    log.readText(child.stderr);
    const exit = exitOf(child);
    const started = {
      npmPid: child.pid as number,
      serverPid: 0,
      log,
      exit: () => within('npm to exit', exit),
      async [Symbol.asyncDispose]() {
        if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), 'SIGKILL');
        await exit;
        await directory[Symbol.asyncDispose]();
      },
    };
    try {
      started.serverPid = (await log.waitFor('listening', ({ msg }) => msg === 'listening'))['pid'] as number;
      return started;
    } catch (failure) {
      await started[Symbol.asyncDispose]();
      throw failure;
    }
  }

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('passes SIGTERM on to the server and leaves nothing behind', async () => {
    await using started = await npmStart();
    process.kill(started.npmPid, 'SIGTERM');
    await started.exit();
    await until('the server to be gone', () => !isAlive(started.serverPid));
    expect(started.log.lines.map(({ msg }) => msg)).toContain('stopped');
  });

  it('stops in order at Ctrl-C, which the terminal sends to both', async () => {
    await using started = await npmStart();
    process.kill(-started.npmPid, 'SIGINT');
    await started.exit();
    await until('the server to be gone', () => !isAlive(started.serverPid));
    expect(started.log.lines.filter(({ msg }) => msg === 'draining')).toHaveLength(1);
    expect(started.log.lines.at(-1)?.msg).toBe('stopped');
  });
});
