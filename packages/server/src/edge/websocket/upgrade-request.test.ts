import { describe, expect, it } from 'vitest';
import { type DirectUpgrade, parseUpgradeRequest } from './upgrade-request.ts';

const HEADERS = [
  'Host: chat.example',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

interface Parts {
  readonly line?: string;
  readonly headers?: readonly string[];
  readonly eol?: string;
  readonly rest?: string;
}

function head({ line = 'GET /ws HTTP/1.1', headers = HEADERS, eol = '\r\n', rest = '' }: Parts = {}): Buffer {
  return Buffer.from(`${[line, ...headers].join(eol)}${eol}${eol}${rest}`, 'latin1');
}

function parsed(parts?: Parts): DirectUpgrade {
  const request = parseUpgradeRequest(head(parts));
  if (request.kind === 'defer') throw new Error('The request was deferred.');
  return request;
}

describe('the direct path takes', () => {
  it('a whole handshake, and gives its parts', () => {
    const request = parsed({ line: 'GET /ws?token=a.b-c&x=%20/?1 HTTP/1.1', rest: 'frames' });
    expect(request).toMatchObject({
      method: 'GET',
      httpVersion: '1.1',
      url: '/ws?token=a.b-c&x=%20/?1',
      path: '/ws',
      query: 'token=a.b-c&x=%20/?1',
      rawHeaders: [
        ...['host', 'chat.example', 'upgrade', 'websocket', 'connection', 'Upgrade'],
        ...['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version', '13'],
      ],
    });
    expect(request.rest.toString()).toBe('frames');
  });

  it('what browsers and proxies send: several connection options, any case, white space around values', () => {
    const headers = ['HOST:\t chat.example \t', 'upgrade: WebSocket', 'connection: keep-alive, Upgrade', 'X-Empty:'];
    expect(parsed({ headers }).rawHeaders).toEqual([
      ...['host', 'chat.example', 'upgrade', 'WebSocket', 'connection', 'keep-alive, Upgrade', 'x-empty', ''],
    ]);
  });

  it('a handshake that checkUpgrade will refuse, as long as it is well-formed', () => {
    expect(parsed({ headers: ['Upgrade: websocket', 'Connection: upgrade'] }).rawHeaders).toHaveLength(4);
  });

  it('an empty query for a question mark with nothing behind it', () => {
    expect(parsed({ line: 'GET /ws? HTTP/1.1' })).toMatchObject({ url: '/ws?', path: '/ws', query: '' });
  });
});

describe('the direct path leaves to Node', () => {
  const without = (name: string) => HEADERS.filter((header) => !header.startsWith(name));
  it.each<[string, Parts]>([
    ['another method', { line: 'POST /ws HTTP/1.1' }],
    ['a method in lower case', { line: 'get /ws HTTP/1.1' }],
    ['absolute-form', { line: 'GET http://chat.example/ws HTTP/1.1' }],
    ['asterisk-form', { line: 'GET * HTTP/1.1' }],
    ['a fragment', { line: 'GET /ws#x HTTP/1.1' }],
    ['two spaces', { line: 'GET  /ws HTTP/1.1' }],
    ['a tab for a space', { line: 'GET\t/ws HTTP/1.1' }],
    ['characters outside a URI', { line: 'GET /ws"<> HTTP/1.1' }],
    ['a byte above ASCII in the target', { line: 'GET /w\xe4 HTTP/1.1' }],
    ['HTTP/1.0', { line: 'GET /ws HTTP/1.0' }],
    ['HTTP/2.0', { line: 'GET /ws HTTP/2.0' }],
    ['no version', { line: 'GET /ws' }],
    ['an empty line before the request', { line: '\r\nGET /ws HTTP/1.1' }],
    ['bare line feeds', { eol: '\n' }],
    ['a bare line feed in a value', { headers: [...HEADERS, 'X: a\nTransfer-Encoding: chunked'] }],
    ['a bare carriage return in a value', { headers: [...HEADERS, 'X: a\rb'] }],
    ['a NUL in a value', { headers: [...HEADERS, 'X: a\0b'] }],
    ['a byte above ASCII in a value', { headers: [...HEADERS, 'X: \xe4'] }],
    ['a space before the colon', { headers: [...HEADERS, 'X : a'] }],
    ['a header without a colon', { headers: [...HEADERS, 'X'] }],
    ['a header without a name', { headers: [...HEADERS, ': a'] }],
    ['a folded header', { headers: [...HEADERS, 'X: a', ' b'] }],
    ['a header twice', { headers: [...HEADERS, 'host: evil.example'] }],
    ['Content-Length, even 0', { headers: [...HEADERS, 'Content-Length: 0'] }],
    ['Transfer-Encoding', { headers: [...HEADERS, 'transfer-encoding: chunked'] }],
    ['Expect', { headers: [...HEADERS, 'Expect: 100-continue'] }],
    ['no Upgrade header', { headers: without('Upgrade') }],
    ['an upgrade to something else', { headers: [...without('Upgrade'), 'Upgrade: h2c'] }],
    ['no Connection header', { headers: without('Connection') }],
    ['Connection without the upgrade option', { headers: [...without('Connection'), 'Connection: keep-alive'] }],
    ['more than 100 headers', { headers: [...HEADERS, ...Array.from({ length: 96 }, (_, at) => `X-${at}: a`)] }],
  ])('%s', (_what, parts) => {
    expect(parseUpgradeRequest(head(parts)).kind).toBe('defer');
  });

  it('every head that is not whole yet', () => {
    const whole = head();
    for (let length = 0; length < whole.length; length++) {
      expect(parseUpgradeRequest(whole.subarray(0, length)).kind).toBe('defer');
    }
    expect(parseUpgradeRequest(whole).kind).toBe('upgrade');
  });

  it('a head beyond 16 KiB, which Node answers with 431', () => {
    const padding = (bytes: number) => head({ headers: [...HEADERS, `X: ${'a'.repeat(bytes)}`] });
    const room = 16_384 - padding(0).length;
    expect(parseUpgradeRequest(padding(room)).kind).toBe('upgrade');
    expect(parseUpgradeRequest(padding(room + 1)).kind).toBe('defer');
  });

  it('white space by the kilobyte, without looking at it again and again', () => {
    const spaces = ' '.repeat(16_000);
    const request = parsed({ headers: ['Upgrade: websocket', 'Connection: upgrade', `X:${spaces}a`] });
    expect(request.rawHeaders.at(-1)).toBe('a');
    expect(
      parseUpgradeRequest(head({ headers: [`Connection: ${'upgrade'.padEnd(7999)},${spaces.slice(8200)}`] })).kind,
    ).toBe('defer');
  });
});
