import { describe, expect, it, vi } from 'vitest';
import { openPort, type PlainClient, type TestPort } from './testing/open-port.ts';

/** Reads until the server has ended the connection. */
async function readToEnd({ socket }: PlainClient): Promise<void> {
  await new Promise((resolve) => socket.once('close', resolve).once('end', () => socket.end()));
}

/** Sends bytes on a new connection and reads to the end. */
async function exchange(port: TestPort, bytes: string | Buffer): Promise<PlainClient> {
  const client = await port.connect();
  client.socket.write(bytes);
  await readToEnd(client);
  return client;
}

async function expectNothingLeft({ session, admission }: TestPort): Promise<void> {
  await vi.waitUntil(() => admission.total === 0);
  expect(session.layer.wheel.size).toBe(0);
}

describe('an arrival that is nothing the port speaks', () => {
  it.each([
    ['bytes of no protocol', Buffer.from([0, 1, 2, 3]), 'sniff refused unrecognised_protocol'],
    ['text of no protocol', 'EHLO mail\r\n', 'sniff refused unrecognised_protocol'],
    [
      'a PROXY header from somebody who is not trusted',
      'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
      'proxy refused proxy_header_invalid',
    ],
  ])('is told so in one line and closed: %s', async (_what, bytes, counted) => {
    await using port = await openPort();
    const { lines } = await exchange(port, bytes);
    const code = counted.split(' ').at(-1);
    expect(lines()).toMatchObject([{ type: 'error', status: 'error', code, help: expect.stringContaining('#') }]);
    expect(port.counted).toEqual([counted]);
    await expectNothingLeft(port);
  });

  it('is told nothing it could not read: TLS where there is no certificate', async () => {
    await using port = await openPort();
    const { text } = await exchange(port, Buffer.from('16030100', 'hex'));
    expect(text()).toBe('');
    expect(port.counted).toEqual(['tls refused tls_on_plain_port']);
    await expectNothingLeft(port);
  });

  it.each(['', 'GE', '\r\n\r', 'PROXY'])('does not keep its place by sending %j and waiting', async (bytes) => {
    await using port = await openPort();
    const client = await port.connect();
    client.socket.write(bytes);
    await vi.waitUntil(() => port.admission.total === 1);
    const ended = readToEnd(client);
    await vi.waitUntil(() => {
      port.session.passMs(10_250);
      return port.counted.length > 0;
    });
    await ended;
    expect(client.lines()).toMatchObject([{ status: 'error' }]);
    await expectNothingLeft(port);
  });

  it('does not keep its place by going away', async () => {
    await using port = await openPort();
    for (const how of ['end', 'reset'] as const) {
      const { socket } = await port.connect();
      await vi.waitUntil(() => port.admission.total === 1);
      if (how === 'end') socket.end();
      else socket.resetAndDestroy();
      await expectNothingLeft(port);
      socket.destroy();
    }
    expect(port.counted).toEqual(['sniff refused gone', 'sniff refused gone']);
  });
});

describe('an arrival from a trusted proxy', () => {
  const targets = { isTrustedProxy: () => true };
  const v2 = (hex: string) => Buffer.from(`0d0a0d0a000d0a515549540a${hex}`, 'hex');

  it.each([
    ['version 1', 'PROXY TCP4 203.0.113.9 192.0.2.2 1 2\r\n', '203.0.113.9'],
    ['version 1 for IPv6', 'PROXY TCP6 2001:db8::9 ::1 1 2\r\n', '2001:db8::9'],
    ['version 1 that knows nothing', 'PROXY UNKNOWN\r\n', '127.0.0.1'],
    ['version 2', v2('2111000ccb007109c0000202 00010002'.replaceAll(' ', '')), '203.0.113.9'],
    ['version 2 of the proxy itself', v2('20000000'), '127.0.0.1'],
  ])('is counted by its client: %s', async (_what, header, address) => {
    await using port = await openPort({ targets });
    const request = Buffer.concat([Buffer.from(header), Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
    const whole = await exchange(port, request);
    expect(whole.text()).toBe(`HTTP for ${address}`);
    const client = await port.connect();
    for (const byte of request) client.socket.write(Buffer.from([byte]));
    await readToEnd(client);
    expect(client.text()).toBe(`HTTP for ${address}`);
  });

  it('may be named once: a second header is refused', async () => {
    await using port = await openPort({ targets });
    const { lines } = await exchange(port, 'PROXY UNKNOWN\r\nPROXY TCP4 203.0.113.9 192.0.2.2 1 2\r\n');
    expect(lines()).toMatchObject([{ code: 'proxy_header_invalid' }]);
    await expectNothingLeft(port);
  });

  it.each(['PROXY nonsense\r\n', `PROXY ${'x'.repeat(200)}`, v2('2111ffff'), v2('3111000c')])(
    'is refused with a header that is not valid',
    async (header) => {
      await using port = await openPort({ targets });
      const { lines } = await exchange(port, header);
      expect(lines()).toMatchObject([{ code: 'proxy_header_invalid' }]);
      await expectNothingLeft(port);
    },
  );
});

describe('too many arrivals', () => {
  it('are refused at once, and there is room again when one goes', async () => {
    await using port = await openPort({ maxTotal: 2 });
    const [first] = [await port.connect(), await port.connect()];
    await vi.waitUntil(() => port.admission.total === 2);
    for (let i = 0; i < 20; i++) await readToEnd(await port.connect());
    expect(port.counted).toEqual(Array(20).fill('accept refused too_many_connections'));
    first?.socket.destroy();
    await vi.waitUntil(() => port.admission.total === 1);
    const late = await port.connect();
    await vi.waitUntil(() => port.admission.total === 2);
    late.socket.write('{"type":"nonsense"}\n');
    await vi.waitUntil(() => late.lines().length === 1);
  });

  it('are all refused while the server sends everybody away', async () => {
    await using port = await openPort();
    port.isDraining = true;
    const { lines } = await exchange(port, '{"type":"ping"}\n');
    expect(lines()).toMatchObject([{ code: 'draining' }]);
    expect(port.session.layer.hub.connections.size).toBe(0);
    await expectNothingLeft(port);
  });
});
