import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkUpgrade } from './upgrade-check.ts';
import { type Deferral, type DirectUpgrade, parseUpgradeRequest, type UpgradeRequest } from './upgrade-request.ts';

/** What one of the two ways made of the bytes, in a form that can be compared. */
interface Reading {
  readonly url: string | undefined;
  readonly headers: readonly string[];
  readonly verdict: ReturnType<typeof checkUpgrade>;
  readonly rest: string;
}

/** `request` stands for an ordinary request, `error` for bytes that Node's parser refuses or still waits for. */
type NodeReading = Reading | 'request' | 'error';

function reading(request: UpgradeRequest, rest: Buffer): Reading {
  const headers = request.rawHeaders.map((field, at) => (at % 2 === 0 ? field.toLowerCase() : field));
  return { url: request.url, headers, verdict: checkUpgrade(request), rest: rest.toString('latin1') };
}

let server: Server;
let settle: (reading: NodeReading) => void = () => undefined;

beforeAll(async () => {
  server = createServer((request) => {
    settle('request');
    request.socket.destroy();
  });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    settle(reading(request, head));
    socket.destroy();
  });
  server.on('clientError', (_error, socket) => {
    settle('error');
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await once(server, 'close');
});

/** Sends the bytes over a real socket and waits for what Node's HTTP server makes of them. */
async function throughNode(bytes: Buffer): Promise<NodeReading> {
  const { promise: result, resolve } = Promise.withResolvers<NodeReading>();
  settle = resolve;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  // without any event: Node's own 400 for a request without Host
  const closed = once(socket, 'close').then(() => resolve('error'));
  socket.end(bytes);
  socket.resume();
  const node = await result;
  socket.destroy();
  await closed;
  return node;
}

async function compare(bytes: Buffer): Promise<'same' | 'deferred'> {
  const direct: DirectUpgrade | Deferral = parseUpgradeRequest(Buffer.from(bytes));
  const node = await throughNode(bytes);
  if (direct.kind === 'defer') return 'deferred';
  expect(node).toEqual(reading(direct, direct.rest));
  return 'same';
}

const eol = rarely('\r\n', ['\n', '\r', '\r\n ', '\r\n\t', '\r\n\r\n']);
const space = rarely(' ', ['', '  ', '\t', ' \t ', '\v', '\xa0']);
const target = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('/ws', '/', '/ws?token=a.b', '/ws?', '/a/b%20c?x=/?:@') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('*', '//host/ws', 'http://chat.example/ws', '/ws#f', '/w s', '/"<>^`{|}', '/\xe4', '/%'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 6 }).map((text) => `/${text}`) },
);

/** Names and values of headers that matter, sound ones first and most often. */
const KNOWN_HEADERS: ReadonlyArray<readonly [name: string, sound: string, ...odd: string[]]> = [
  ['Host', 'chat.example', '', 'a.example, b.example', 'chat.example:443', '[::1]:3001'],
  [
    'Upgrade',
    'websocket',
    '',
    'WebSocket',
    'h2c',
    'h2c, websocket',
    'websocket,',
    'websocket/13',
    'web socket',
    ',websocket',
  ],
  [
    'Connection',
    'Upgrade',
    '',
    'keep-alive, Upgrade',
    'close',
    'upgrade,',
    ',upgrade',
    'a b, upgrade',
    'upgrade;q=1',
    'close, upgrade',
    'upgrade, upgrade',
  ],
  [
    'Sec-WebSocket-Key',
    'dGhlIHNhbXBsZSBub25jZQ==',
    '',
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25jZQ==, x',
    'AAAAAAAAAAAAAAAAAAAAAA==',
  ],
  ['Sec-WebSocket-Version', '13', '', '8', '13, 8', '013'],
  ['Sec-WebSocket-Protocol', 'parley.v1.json', '', 'a, b', 'a,,b', 'a, a', 'bearer.x.y.z', 'a b'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits', '', 'x; y="z"'],
  ['Content-Length', '0', '', '5', '-1', '0, 0'],
  ['Transfer-Encoding', 'chunked', '', 'identity', 'chunked, chunked'],
  ['Proxy-Connection', 'keep-alive', 'upgrade'],
  ['Origin', 'https://chat.example', '', 'null'],
  ['X-Any', 'thing', '', '\0', 'a\x7f', '\xe4', 'a\rb', 'a\nb', ' \t a \t '],
];
const USUAL_HEADERS = KNOWN_HEADERS.slice(0, 5);

function rarely<T>(usual: T, odd: readonly T[], usualWeight = 60): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: usualWeight, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

function headerLine([name, sound, ...odd]: (typeof KNOWN_HEADERS)[number], oddWeight: number): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 10, arbitrary: fc.constant(sound) },
    { weight: oddWeight, arbitrary: fc.constantFrom(sound, ...odd) },
  );
  const spelling = fc.constantFrom(name, name.toLowerCase(), name.toUpperCase());
  const colon = rarely(':', [' :', ':\t', '', '::', '\0:']);
  return fc.tuple(spelling, colon, space, value, rarely('', [' ', '\t', ' \t'])).map((parts) => parts.join(''));
}

const usualHeaders = fc.tuple(...USUAL_HEADERS.map((header) => headerLine(header, 1)));
const moreHeaders = fc.array(fc.oneof(...KNOWN_HEADERS.map((header) => headerLine(header, 10))), { maxLength: 2 });
const requestLine = fc
  .tuple(
    rarely('GET', ['POST', 'get', 'G ET', '\r\nGET']),
    rarely(' ', ['  ', '\t', '']),
    target,
    rarely(' ', ['  ', '\t', '']),
    rarely('HTTP/1.1', ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', ''], 10),
  )
  .map((parts) => parts.join(''));
const rest = fc.oneof(fc.constant(''), fc.constantFrom('\x81\x80\0\0\0\0', 'GET / HTTP/1.1\r\n\r\n', '\r\n'));

const request = fc
  .record({
    requestLine,
    usualHeaders,
    moreHeaders,
    order: fc.nat(),
    dropped: fc.nat(12),
    eols: fc.array(eol, { minLength: 9, maxLength: 9 }),
    rest,
  })
  .map(({ requestLine: line, usualHeaders: usual, moreHeaders: more, order, dropped, eols, rest: tail }) => {
    const headers = [...usual.filter((_, at) => at !== dropped), ...more];
    headers.push(...headers.splice(0, order % headers.length));
    const lines = [line, ...headers, ''];
    return Buffer.from(lines.map((text, at) => text + eols[at]).join('') + tail, 'latin1');
  });

describe('the direct path and the HTTP server of Node', () => {
  it('give the same verdict, address, headers and rest for whatever the direct path takes', {
    timeout: 60_000,
  }, async () => {
    const counts = { same: 0, deferred: 0 };
    const property = fc.asyncProperty(request, async (bytes) => {
      counts[await compare(bytes)]++;
    });
    await fc.assert(property, { numRuns: 1_000, seed: 6455 });
    // a generator that only makes requests of one kind would prove nothing
    expect(counts.same).toBeGreaterThan(200);
    expect(counts.deferred).toBeGreaterThan(200);
  });

  it('agree after any single byte of a sound handshake was changed', { timeout: 60_000 }, async () => {
    const headers = USUAL_HEADERS.map(([name, sound]) => `${name}: ${sound}\r\n`).join('');
    const sound = Buffer.from(`GET /ws?a=1 HTTP/1.1\r\n${headers}\r\n`, 'latin1');
    expect(await compare(sound)).toBe('same');
    const property = fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), async (at, byte) => {
      const changed = Buffer.from(sound);
      changed[at] = byte;
      await compare(changed);
    });
    await fc.assert(property, { numRuns: 600, seed: 6455 });
  });

  it('agree on a handshake of nearly 16 KiB with 100 headers', async () => {
    const soundLines = USUAL_HEADERS.map(([name, sound]) => `${name}: ${sound}`);
    const fillers = Array.from({ length: 95 }, (_, at) => `X-${String(at).padStart(2, '0')}: ${'v'.repeat(160)}`);
    const bytes = Buffer.from(`${['GET /ws HTTP/1.1', ...soundLines, ...fillers].join('\r\n')}\r\n\r\n`);
    expect(bytes.length).toBeGreaterThan(15_900);
    expect(await compare(bytes)).toBe('same');
  });
});
