import { describe, expect, it } from 'vitest';
import { readHttpAnswer } from '../support/http-answer.ts';
import { openSocket } from '../support/open-socket.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { handshakeBytes, shakeHands, WsClient } from '../support/ws-client.ts';

const LISTED = 'https://app.example.com';
const server = sharedServer({ env: { JWT_SECRET, DOMAIN_URL: LISTED, ALLOWED_HOSTS: 'chat.internal' } });

const local = sharedServer({ env: { JWT_SECRET } });

type Headers = Readonly<Record<string, string>>;

/** What becomes of a handshake with these headers: `101`, or status and code. */
async function handshake(headers: Headers, on: TestServer = server()): Promise<string> {
  const socket = await openSocket({ port: on.port });
  const answer = await shakeHands(socket, { headers });
  socket.destroy();
  if (answer.status === 101) return '101';
  expect(answer.headers['x-parley']).toMatch(/^stage=upgrade; code=\w+; trace=\w+$/);
  return `${answer.status} ${(JSON.parse(answer.body) as { readonly code: string }).code}`;
}

/** What becomes of an HTTP request with these headers. */
async function request(headers: Headers, on: TestServer = server(), head = 'GET /livez HTTP/1.1'): Promise<string> {
  const socket = await openSocket({ port: on.port });
  const lines = Object.entries({ host: `127.0.0.1:${on.port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`${[head, ...lines].join('\r\n')}\r\n\r\n`);
  const { status, body } = await readHttpAnswer(socket);
  socket.destroy();
  return status < 300 ? String(status) : `${status} ${(JSON.parse(body) as { readonly code: string }).code}`;
}

describe('a page (cross-site WebSocket hijacking)', () => {
  it.each([
    ['of a listed origin', LISTED, true],
    ['of another site', 'https://evil.example', false],
    ['of a site that begins with the listed one', `${LISTED}.evil.example`, false],
    ['of a site that ends with the listed one', 'https://evilapp.example.com', false],
    ['of a subdomain of the listed one', 'https://sub.app.example.com', false],
    ['of the listed host without TLS', 'http://app.example.com', false],
    ['of the listed host on another port', `${LISTED}:8443`, false],
    ['of the listed host with a path', `${LISTED}/`, false],
    ['of the listed host in capitals', 'https://APP.example.com', false],
    ['without an origin of its own', 'null', false],
    ['on the same machine, while origins are listed', 'http://localhost:5173', false],
    ['that says two origins', `${LISTED}, https://evil.example`, false],
    ['with an empty origin', ' ', false],
  ])('%s may connect or not, the same over WebSocket and HTTP', async (_who, origin, isAllowed) => {
    expect(await handshake({ origin })).toBe(isAllowed ? '101' : '403 origin_not_allowed');
    expect(await request({ origin })).toBe(isAllowed ? '200' : '403 origin_not_allowed');
  });

  it('of the server itself may connect', async () => {
    expect(await handshake({ origin: `http://127.0.0.1:${server().port}` })).toBe('101');
  });

  it('may not connect with two Origin headers', async () => {
    const socket = await openSocket({ port: server().port });
    const head = handshakeBytes(socket, { headers: { origin: LISTED } });
    socket.write(head.replace('\r\n\r\n', '\r\norigin: https://evil.example\r\n\r\n'));
    expect((await readHttpAnswer(socket)).status).toBe(403);
    socket.destroy();
  });

  it('is refused before its token is looked at', async () => {
    const refused = await handshake({
      origin: 'https://evil.example',
      authorization: `Bearer ${mintUserToken('ann')}`,
    });
    expect(refused).toBe('403 origin_not_allowed');
  });
});

describe('a client that is no page', () => {
  it('has no origin and may connect', async () => {
    expect(await handshake({})).toBe('101');
    expect(await request({})).toBe('200');
  });
});

describe('a page on a developer\u2019s machine, while no origin is listed', () => {
  it.each([
    ['http://localhost:5173', true],
    ['http://localhost', true],
    ['http://127.0.0.1:3000', true],
    ['https://localhost:5173', false],
    ['http://localhost.evil.example', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://localhost:5173.evil.example', false],
    ['file://', false],
    ['null', false],
  ])('of %s', async (origin, isAllowed) => {
    expect(await handshake({ origin }, local())).toBe(isAllowed ? '101' : '403 origin_not_allowed');
  });
});

describe('a name (DNS rebinding)', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.0.0.1:9', true],
    ['localhost', true],
    ['LOCALHOST.', true],
    ['[::1]:3001', true],
    ['app.example.com', true],
    ['chat.internal:8080', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['127.0.0.1@evil.example', false],
    ['0.0.0.0', false],
    ['192.168.1.1', false],
    ['2130706433', false],
    ['app.example.com evil.example', false],
  ])('%s is answered to or not, the same over WebSocket and HTTP', async (host, isAllowed) => {
    const expected = isAllowed ? /^(101|200)$/ : /^403 host_not_allowed$|^400 /;
    expect(await handshake({ host })).toMatch(expected);
    expect(await request({ host })).toMatch(expected);
  });

  it('in an absolute address counts as well as the Host header', async () => {
    const absolute = 'GET http://evil.example/livez HTTP/1.1';
    expect(await request({}, server(), absolute)).toBe('403 host_not_allowed');
  });
});

describe('a cookie', () => {
  it('counts only with AUTH_COOKIE and an origin that is listed', async () => {
    await using open = await startServer({ env: { JWT_SECRET, DOMAIN_URL: LISTED, AUTH_COOKIE: 'on' } });
    const cookie = `a=b; parley_token=${mintUserToken('ann')}`;
    const connect = (headers: Headers) => WsClient.connect({ port: open.port, headers });
    await using page = await connect({ cookie, origin: LISTED });
    await page.ask('get_user_chats', {});
    await using own = await connect({ cookie, origin: `http://127.0.0.1:${open.port}` });
    expect(await own.refusal('get_user_chats')).toMatchObject({ code: 'not_authenticated' });
    await using program = await connect({ cookie });
    expect(await program.refusal('get_user_chats')).toMatchObject({ code: 'not_authenticated' });
  });
});

describe('a handshake that is none', () => {
  const cases: readonly (readonly [what: string, headers: Headers, status: number, code: string, header: string])[] = [
    ['no Upgrade header', { upgrade: '', connection: '' }, 426, 'upgrade_required', 'Upgrade'],
    ['another protocol to upgrade to', { upgrade: 'h2c' }, 426, 'upgrade_required', 'Upgrade'],
    ['no Connection: Upgrade', { connection: 'keep-alive' }, 400, 'handshake_invalid', 'Connection'],
    ['version 8', { 'sec-websocket-version': '8' }, 426, 'websocket_version', 'Sec-WebSocket-Version'],
    ['no version', { 'sec-websocket-version': '' }, 426, 'websocket_version', 'Sec-WebSocket-Version'],
    ['no key', { 'sec-websocket-key': '' }, 400, 'handshake_invalid', 'Sec-WebSocket-Key'],
    [
      'a key of 15 bytes',
      { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAA' },
      400,
      'handshake_invalid',
      'Sec-WebSocket-Key',
    ],
    ['a subprotocol twice', { 'sec-websocket-protocol': 'a, a' }, 400, 'handshake_invalid', 'Sec-WebSocket-Protocol'],
    ['a body', { 'content-length': '5' }, 400, 'handshake_invalid', 'content-length'],
  ];

  it.each(cases)('(%s) is refused with the header that is wrong', async (_what, headers, status, code, header) => {
    const socket = await openSocket({ port: server().port });
    const answer = await shakeHands(socket, { headers });
    const problem = JSON.parse(answer.body) as { readonly code: string; readonly detail: string };
    expect([answer.status, problem.code]).toEqual([status, code]);
    expect(problem.detail.toLowerCase()).toMatch(new RegExp(`${header.toLowerCase()}|body`));
    if (code === 'websocket_version') expect(answer.headers['sec-websocket-version']).toBe('13');
    if (status === 426) expect(answer.headers['upgrade']).toBe('websocket');
    socket.destroy();
  });

  it('in HTTP/1.0, as some proxies speak, is told so', async () => {
    const socket = await openSocket({ port: server().port });
    socket.write(handshakeBytes(socket).replace('HTTP/1.1', 'HTTP/1.0'));
    const { status, body } = await readHttpAnswer(socket);
    expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'handshake_invalid' }]);
    expect(body).toContain('HTTP/1.0');
    socket.destroy();
  });

  it('at another address is not found', async () => {
    const socket = await openSocket({ port: server().port });
    const answer = await shakeHands(socket, { path: '/somewhere' });
    expect(answer.status).toBe(404);
    socket.destroy();
  });
});

describe('an upgrade on a kept connection', () => {
  it('works as the second request, with the token of that request', async () => {
    const socket = await openSocket({ port: server().port });
    socket.write(`GET /livez HTTP/1.1\r\nhost: 127.0.0.1:${server().port}\r\n\r\n`);
    expect((await readHttpAnswer(socket)).status).toBe(200);
    const answer = await shakeHands(socket, { token: mintUserToken('ann') });
    expect(answer.status).toBe(101);
    await using client = new WsClient(socket, answer);
    await client.ask('get_user_chats', {});
    await client.ask('ping', {});
  });

  it('works when the head came in pieces', async () => {
    const socket = await openSocket({ port: server().port });
    const head = handshakeBytes(socket, { token: mintUserToken('ann') });
    for (const piece of [head.slice(0, 30), head.slice(30, 90), head.slice(90)]) {
      await new Promise((resolve) => socket.write(piece, resolve));
    }
    const answer = await readHttpAnswer(socket);
    expect(answer.status).toBe(101);
    await using client = new WsClient(socket, answer);
    await client.ask('get_user_chats', {});
  });
});
