import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseHttpAnswer } from '../support/http-answer.ts';
import { LineClient } from '../support/line-client.ts';
import { openSocket } from '../support/open-socket.ts';
import { errorLineCode, exchangeBytes, readToEnd } from '../support/raw-exchange.ts';
import { sharedServer } from '../support/shared-server.ts';
import { handshakeBytes } from '../support/ws-client.ts';

const SNIFF_TIMEOUT_MS = 300;
const HANDSHAKE_TIMEOUT_MS = 600;
/** Deadlines are met within this much more: ticks of the server's wheel, Node's own checks, a busy machine. */
const LATE_MS = 5000;

const server = sharedServer({
  env: {
    SNIFF_TIMEOUT_MS: String(SNIFF_TIMEOUT_MS),
    HANDSHAKE_TIMEOUT_MS: String(HANDSHAKE_TIMEOUT_MS),
    PAYLOAD_MAX_BYTES: '4096',
    CONTENT_MAX_BYTES: '1024',
  },
});

const open = (): Promise<Socket> => openSocket({ port: server().port });
const answerOf = (text: string) => parseHttpAnswer(Buffer.from(text, 'latin1'));

/** The code and the status of the one HTTP answer that a text consists of. */
function refusalOf(text: string): readonly [status: number | undefined, code: unknown] {
  const answer = answerOf(text);
  const code =
    answer === undefined || answer.body === '' ? undefined : (JSON.parse(answer.body) as { code: unknown }).code;
  return [answer?.status, code];
}

/** Sends a text a byte at a time, again and again, until the server has had enough. How long that took. */
async function dribble(socket: Socket, text: string): Promise<number> {
  const startMs = performance.now();
  const closed = once(socket, 'close');
  socket.resume();
  socket.on('end', () => socket.end());
  for (const byte of Buffer.from(text.repeat(1000))) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(Buffer.of(byte));
    await Promise.race([closed, pause(20)]);
    if (performance.now() - startMs > LATE_MS + HANDSHAKE_TIMEOUT_MS) break;
  }
  const isClosed = socket.destroyed || !socket.writable;
  socket.destroy();
  expect(isClosed).toBe(true);
  return performance.now() - startMs;
}

describe('a client that says nothing', () => {
  it('is told so and closed after the sniff deadline', async () => {
    const socket = await open();
    const startMs = performance.now();
    expect(errorLineCode(await readToEnd(socket))).toBe('handshake_timeout');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(SNIFF_TIMEOUT_MS - 20);
  });

  it('but leaves at once is no fault', async () => {
    for (let count = 0; count < 20; count++) (await open()).destroy();
    for (let count = 0; count < 20; count++) (await open()).resetAndDestroy();
    expect(errorLineCode(await exchangeBytes(await open(), 'x'))).toBe('unrecognised_protocol');
  });

  it('more than the beginning of something is closed after the sniff deadline', async () => {
    for (const start of ['G', 'PROX', '\r\n\r\n', '\u0016']) {
      const text = await exchangeBytes(await open(), Buffer.from(start, 'latin1'));
      expect(errorLineCode(text)).toBe('unrecognised_protocol');
    }
  });
});

describe('bytes of no protocol of ours', () => {
  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['Redis', '*1\r\n$4\r\nPING\r\n'],
    ['zeros', '\0\0\0\0'],
    ['a JSON array', '[1,2,3]\n'],
    ['a word', 'hello\n'],
    ['lower-case HTTP', 'get / http/1.1\r\n\r\n'],
    ['SSL 2', '\u0080\u002e\u0001\u0003\u0001'],
  ])('(%s) are answered with one error line and closed', async (_name, bytes) => {
    expect(errorLineCode(await exchangeBytes(await open(), Buffer.from(bytes, 'latin1')))).toBe(
      'unrecognised_protocol',
    );
  });
});

describe('HTTP that is none', () => {
  it('in version 2 is answered in version 1.1 and closed', async () => {
    const text = await exchangeBytes(await open(), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(refusalOf(text)).toEqual([400, 'unrecognised_protocol']);
  });

  it.each([
    ['a bare line feed in the head', 'GET / HTTP/1.1\nHost: 127.0.0.1\n\n'],
    ['two lengths', 'POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header name with a space', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX y: 1\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: 1\r\n  2\r\n\r\n'],
  ])('with %s is refused as a whole and ends the connection', async (_name, request) => {
    const [status, code] = refusalOf(await exchangeBytes(await open(), request));
    expect([status, code]).toEqual([400, 'unrecognised_protocol']);
  });

  it('without a version names no host either, and is refused for that', async () => {
    expect(refusalOf(await exchangeBytes(await open(), 'GET /\r\n\r\n'))).toEqual([403, 'host_not_allowed']);
  });

  it('with a head beyond 16 KiB is refused with 431, on the WebSocket path too', async () => {
    for (const path of ['/livez', '/ws']) {
      const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`;
      expect(refusalOf(await exchangeBytes(await open(), request))).toEqual([431, 'payload_too_large']);
    }
  });

  it('with thousands of headers is refused, and so is not the next one', async () => {
    const headers = Array.from({ length: 5000 }, (_, index) => `x-${index}: 1\r\n`).join('');
    const request = `GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`;
    expect(refusalOf(await exchangeBytes(await open(), request))[0]).toBe(431);
    const sound = 'GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n';
    expect(answerOf(await exchangeBytes(await open(), sound))?.status).toBe(200);
  });

  it('with a body beyond the limit is refused with 413 before it is read', async () => {
    const request =
      'POST /v1/sessions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n';
    expect(refusalOf(await exchangeBytes(await open(), request))).toEqual([413, 'payload_too_large']);
  });
});

describe.concurrent('a client that dribbles', () => {
  it('its request head is cut off after the deadline', async () => {
    const socket = await open();
    socket.write('GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    expect(await dribble(socket, 'x-slow: 1\r\n')).toBeLessThan(HANDSHAKE_TIMEOUT_MS + LATE_MS);
  });

  it('its WebSocket handshake is cut off after the deadline', async () => {
    const socket = await open();
    socket.write(handshakeBytes(socket).slice(0, -2));
    expect(await dribble(socket, 'x-slow: 1\r\n')).toBeLessThan(HANDSHAKE_TIMEOUT_MS + LATE_MS);
  });

  it('its request body is cut off after the deadline', async () => {
    const socket = await open();
    const head = 'POST /v1/sessions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
    socket.write(`${head}content-length: 4000\r\n\r\n`);
    expect(await dribble(socket, ' ')).toBeLessThan(HANDSHAKE_TIMEOUT_MS + LATE_MS);
  });

  it('stops in the middle of a request and is answered with 408', async () => {
    const text = await exchangeBytes(await open(), 'GET /livez HTTP/1.1\r\nhost: 127.0');
    expect(refusalOf(text)).toEqual([408, 'handshake_timeout']);
  });

  it('stops in the middle of a WebSocket handshake and is answered with 408', async () => {
    const socket = await open();
    const text = await exchangeBytes(socket, handshakeBytes(socket).slice(0, -4));
    expect(refusalOf(text)).toEqual([408, 'handshake_timeout']);
  });
});

describe('a line', () => {
  it('that is too long is refused while it still comes, and ends the connection', async () => {
    await using client = await LineClient.connect({ port: server().port });
    client.socket.write(`{"type":"ping","padding":"${'x'.repeat(5000)}`);
    expect(await client.errorPush()).toMatchObject({ code: 'payload_too_large' });
    await client.ended();
  });

  it('that is not UTF-8 is refused and ends the connection', async () => {
    await using client = await LineClient.connect({ port: server().port });
    client.socket.write(Buffer.from('7b2274797065223a22c328227d0a', 'hex'));
    expect(await client.errorPush()).toMatchObject({ code: 'invalid_json' });
    await client.ended();
  });

  it('may come byte by byte, with CR LF, with blank lines between', async () => {
    await using client = await LineClient.connect({ port: server().port });
    for (const byte of Buffer.from('\n \r\n{"type":"ping","request_id":"\u00e9"}\r\n\r\n')) {
      await new Promise((resolve) => client.socket.write(Buffer.of(byte), resolve));
    }
    expect(await client.inbox.take('answer', () => true)).toMatchObject({ status: 'success', request_id: '\u00e9' });
  });

  it('whose sender has half-closed is answered all the same', async () => {
    await using client = await LineClient.connect({ port: server().port });
    client.socket.end('{"type":"ping","request_id":1}\n{"type":"ping","request_id":2}\n');
    for (const id of [1, 2]) await client.inbox.take('answer', ({ request_id: given }) => given === id);
    await client.ended();
  });

  it.each([
    ['no JSON', 'hello', 'invalid_json'],
    ['an array', '[]', 'invalid_message'],
    ['a number', '1', 'invalid_message'],
    ['an object without a type', '{}', 'invalid_message'],
    ['a type that is no text', '{"type":7}', 'invalid_message'],
    ['a type that nobody knows', '{"type":"x"}', 'unknown_type'],
    ['a type that objects have', '{"type":"constructor"}', 'unknown_type'],
    ['a reserved key', '{"type":"ping","__proto__":{"a":1}}', 'reserved_key'],
    ['a nested reserved key', '{"type":"hello","capabilities":[{"constructor":1}]}', 'reserved_key'],
    ['a request id that is an object', '{"type":"ping","request_id":{}}', 'invalid_request_id'],
    ['a request id that is too long', `{"type":"ping","request_id":"${'x'.repeat(129)}"}`, 'invalid_request_id'],
    ['a field of the wrong type', '{"type":"login","username":1,"password":"x"}', 'invalid_fields'],
    ['deep nesting', `{"type":"ping","x":${'['.repeat(500)}${']'.repeat(500)}}`, 'invalid_fields'],
  ])('with %s gets an error, and the connection lives', async (_name, text, code) => {
    await using client = await LineClient.connect({ port: server().port });
    // a line must begin like one to be taken for one
    client.sendText('{"type":"ping"}');
    await client.inbox.take('answer', () => true);
    client.sendText(text);
    expect(await client.inbox.take('answer', () => true)).toMatchObject({ status: 'error', code });
    await client.ask('ping', {});
  });
});
