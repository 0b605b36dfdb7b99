import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { connectTo, createTestHttpApp, HOST, readToEnd, readUntil } from './testing/test-http-app.ts';

const GET = `GET /livez HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
const FAST = { headersTimeoutMs: 200, requestTimeoutMs: 400, checkIntervalMs: 20 };

describe('sockets that are handed over', () => {
  it('are answered, the first bytes that were read before included, one request after the other', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app, Buffer.from(GET.slice(0, 9)));
    socket.write(GET.slice(9));
    expect(await readUntil(socket, '{"status":"ok"}')).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[^]*x-parley: stage=http; code=ok/i,
    );
    socket.write(GET + GET);
    expect(await readUntil(socket, '{"status":"ok"}')).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
  });

  it('stay open after a refusal, so that a client need not connect again', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(GET.replace('/livez', '/nowhere'));
    expect(await readUntil(socket, 'trace_id')).toMatch(/^HTTP\/1\.1 404[^]*connection: keep-alive/i);
    socket.write(GET);
    expect(await readUntil(socket, '{"status":"ok"}')).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
  });

  it('are closed when a body comes that nobody wants', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(`POST /v1/keys HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 60000\r\n\r\n{`);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 401[^]*connection: close[^]*token_missing/i);
  });

  it('work with a real client', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    const status = await new Promise((resolve, reject) => {
      const sent = request({ createConnection: () => socket, path: '/', headers: { host: HOST } }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(status).toBe(200);
  });
});

describe('deadlines of a server that never listens', () => {
  it.each([
    ['nothing at all', ''],
    ['half a head', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Slow: `],
    [
      'half a body',
      `POST /v1/sessions HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    ],
  ])('end a connection on which came %s', async (_what, bytes) => {
    await using test = createTestHttpApp({ options: FAST });
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(bytes);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toMatch(/x-parley: stage=http; code=handshake_timeout; trace=trc_/);
    expect(answer).toContain('"code":"handshake_timeout"');
  });

  it('let a client go that leaves in the middle of a body, without an alarm', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    const reached = new Promise((resolve) => test.app.server.once('request', resolve));
    socket.write(
      `POST /v1/sessions HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    );
    await reached;
    socket.destroy();
    await vi.waitUntil(() => test.answered.length === 1);
    expect(new Set(test.auth.log.lines.map(({ level }) => level))).toEqual(new Set(['debug']));
  });

  it('end a connection on which a head trickles in', async () => {
    await using test = createTestHttpApp({ options: FAST });
    await test.app.start();
    const socket = await connectTo(test.app);
    const trickle = setInterval(() => socket.write('x'), 10);
    socket.write('GET /');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408/);
    clearInterval(trickle);
  });

  it('end a connection that stays without a further request', async () => {
    await using test = createTestHttpApp({ options: { keepAliveTimeoutMs: 100 } });
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(GET);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 200 OK[^]*keep-alive: timeout=/i);
  });
});

describe('what is no request', () => {
  it.each([
    ['garbage', 'GET\r\n\r\n', 400, 'unrecognised_protocol'],
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'payload_too_large',
    ],
    [
      'two lengths',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      400,
      'unrecognised_protocol',
    ],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'unrecognised_protocol',
    ],
    ['a bare line feed', `GET / HTTP/1.1\nHost: ${HOST}\n\n`, 400, 'unrecognised_protocol'],
  ])('%s is answered in our form, and the connection ends', async (_what, bytes, status, code) => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(bytes);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
  });

  it.each([
    ['PROPFIND / HTTP/1.1', 405, 'method_not_allowed'],
    ['TRACE /livez HTTP/1.1', 405, 'method_not_allowed'],
    ['OPTIONS * HTTP/1.1', 404, 'not_found'],
    ['GET http://evil.example/livez HTTP/1.1', 403, 'host_not_allowed'],
    [`GET http://${HOST}/livez HTTP/1.1`, 200, 'ok'],
    ['GET //evil.example/livez HTTP/1.1', 404, 'not_found'],
    ['GET /livez HTTP/1.1\r\nExpect: miracles', 200, 'ok'],
  ])('%j is answered with %d in our form', async (start, status, code) => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(`${start}\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`x-parley: stage=http; code=${code}; trace=`);
  });

  it('two Host headers are refused: something before us may have believed the other', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(`GET /livez HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 (400|403) /);
  });

  it('garbage behind a request is never written into the answer of that request', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using test = createTestHttpApp({
      moreRoutes: (app) => {
        app.get('/slow', async () => {
          await held;
          return { slow: true };
        });
      },
    });
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(`${GET.replace('/livez', '/slow')}garbage\r\n\r\n`);
    expect(await readToEnd(socket)).toBe('');
    release();
  });

  it('a request that offers another protocol than WebSocket is answered as the plain request it is', async () => {
    await using test = createTestHttpApp();
    await test.app.start();
    const upgrades: string[] = [];
    test.app.server.on('upgrade', (message, socket) => {
      upgrades.push(message.headers.upgrade ?? '');
      socket.destroy();
    });
    const upgradeTo = (protocol: string) =>
      GET.replace('\r\n\r\n', `\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
    const plain = await connectTo(test.app);
    plain.write(upgradeTo('h2c'));
    expect(await readUntil(plain, '{"status":"ok"}')).toMatch(/^HTTP\/1\.1 200/);
    plain.destroy();
    const webSocket = await connectTo(test.app);
    webSocket.write(upgradeTo('WebSocket'));
    expect(await readToEnd(webSocket)).toBe('');
    expect(upgrades).toEqual(['WebSocket']);
  });
});

describe('stopping', () => {
  it('waits for the answer on its way, refuses what comes after it, and leaves no connection', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = (): void => undefined;
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const test = createTestHttpApp({
      moreRoutes: (app) => {
        app.get('/slow', async () => {
          reached();
          await held;
          return { slow: true };
        });
      },
    });
    await test.app.start();
    const [busy, late] = [await connectTo(test.app), await connectTo(test.app)];
    busy.write(GET.replace('/livez', '/slow'));
    late.write(GET.slice(0, 10));
    await isReached;
    const stopped = test.app.stop();
    late.write(GET.slice(10));
    expect(await readToEnd(late)).toMatch(/^HTTP\/1\.1 503[^]*"code":"draining"/);
    release();
    expect(await readToEnd(busy)).toMatch(/^HTTP\/1\.1 200[^]*{"slow":true}/);
    await stopped;
  });

  it('does not wait for ever', async () => {
    const test = createTestHttpApp({
      options: { drainMs: 20 },
      moreRoutes: (app) => {
        app.get('/never', () => new Promise(() => undefined));
      },
    });
    await test.app.start();
    const socket = await connectTo(test.app);
    socket.write(GET.replace('/livez', '/never'));
    const ended = readToEnd(socket);
    await test.app.stop();
    expect(await ended).toBe('');
  });
});
