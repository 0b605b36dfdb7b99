import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LineClient } from '../support/line-client.ts';
import { openSocket, type SocketOptions } from '../support/open-socket.ts';
import { errorLineCode, exchangeBytes, readToEnd } from '../support/raw-exchange.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { until } from '../support/until.ts';
import { WsClient } from '../support/ws-client.ts';

/** Linux has all of 127.0.0.0/8; one address of it plays the proxy, any other a stranger. */
const PROXY = '127.0.0.2';
const STRANGER = '127.0.0.3';
const CLIENT = '203.0.113.7';
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

const server = sharedServer({
  env: { JWT_SECRET, TRUSTED_PROXIES: `${PROXY},10.0.0.0/8`, UNAUTHENTICATED_PER_ADDRESS: '3' },
});

const v1 = (address: string) => `PROXY TCP4 ${address} 192.0.2.1 40000 3001\r\n`;

function v2(command: number, family: number, addresses: Buffer, tlvs = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(addresses.length + tlvs.length);
  return Buffer.concat([SIGNATURE, Buffer.from([0x20 | command, family]), length, addresses, tlvs]);
}

const PORTS = Buffer.from([0x9c, 0x40, 0x0b, 0xb9]);
const V2_IPV4 = Buffer.concat([Buffer.from([203, 0, 113, 7, 192, 0, 2, 1]), PORTS]);
const V2_IPV6 = Buffer.concat([Buffer.from('20010db8000000000000000000000007'.padEnd(64, '0'), 'hex'), PORTS]);

/** The address that the server takes a WebSocket client for, as the log tells it of a refused token. */
async function addressSeen(
  options: Partial<SocketOptions>,
  headers: Record<string, string> = {},
  on: TestServer = server(),
): Promise<unknown> {
  await using client = await WsClient.connect({ port: on.port, ...options, headers, token: `bad-${randomUUID()}` });
  const trace = /trace=(\w+)/.exec(client.answer.headers['x-parley'] ?? '')?.[1];
  expect(trace).toBeDefined();
  return (await on.log.waitFor('of the refusal', ({ connection }) => connection === trace))['address'];
}

describe('the PROXY protocol from a trusted proxy', () => {
  it.each<readonly [string, string | Buffer, string]>([
    ['version 1, TCP4', v1(CLIENT), CLIENT],
    ['version 1, TCP6', 'PROXY TCP6 2001:DB8::7 2001:db8::1 40000 3001\r\n', '2001:db8::7'],
    ['version 1, UNKNOWN', 'PROXY UNKNOWN\r\n', PROXY],
    ['version 1, UNKNOWN with words', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', PROXY],
    ['version 2, IPv4', v2(1, 0x11, V2_IPV4), CLIENT],
    ['version 2, IPv4 with TLVs', v2(1, 0x11, V2_IPV4, Buffer.from('03000400000000', 'hex')), CLIENT],
    ['version 2, IPv6', v2(1, 0x21, V2_IPV6), '2001:db8::7'],
    ['version 2, LOCAL', v2(0, 0, Buffer.alloc(0)), PROXY],
    ['version 2, Unix socket', v2(1, 0x31, Buffer.alloc(216)), PROXY],
  ])('names the client: %s', async (_name, preface, address) => {
    expect(await addressSeen({ localAddress: PROXY, preface })).toBe(address);
  });

  it('may come byte by byte, and before lines as before HTTP', async () => {
    for (const header of [v1(CLIENT), v2(1, 0x11, V2_IPV4)]) {
      const socket = await openSocket({ port: server().port, localAddress: PROXY });
      for (const byte of Buffer.from(header)) {
        await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
      }
      await using client = new LineClient(socket);
      await client.ask('auth', { token: mintUserToken('ann') });
    }
  });

  it.each<readonly [string, string | Buffer]>([
    ['an address that is none', 'PROXY TCP4 300.1.1.1 192.0.2.1 1 2\r\n'],
    ['an address of the other family', 'PROXY TCP4 2001:db8::7 192.0.2.1 1 2\r\n'],
    ['a port that is none', 'PROXY TCP4 203.0.113.7 192.0.2.1 1 99999\r\n'],
    ['words missing', 'PROXY TCP4 203.0.113.7\r\n'],
    ['no end within 107 bytes', `PROXY TCP4 ${'1'.repeat(120)}`],
    ['a second one', v1(CLIENT) + v1('203.0.113.8')],
    ['version 3 in binary', Buffer.concat([SIGNATURE, Buffer.from([0x31, 0x11, 0, 12]), V2_IPV4])],
    ['a length that is far too long', Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11, 0xff, 0xff])])],
    ['addresses that are cut short', v2(1, 0x11, V2_IPV4.subarray(0, 8))],
  ])('is refused with %s', async (_name, header) => {
    const socket = await openSocket({ port: server().port, localAddress: PROXY });
    const text = await exchangeBytes(socket, Buffer.concat([Buffer.from(header), Buffer.from('{"type":"ping"}\n')]));
    expect(errorLineCode(text)).toBe('proxy_header_invalid');
  });
});

describe('the PROXY protocol from anybody else', () => {
  it.each([
    ['version 1', v1(CLIENT)],
    ['version 2', v2(1, 0x11, V2_IPV4)],
  ])('is refused, %s', async (_name, header) => {
    for (const localAddress of [STRANGER, '127.0.0.1']) {
      const socket = await openSocket({ port: server().port, localAddress });
      const text = await exchangeBytes(socket, Buffer.concat([Buffer.from(header), Buffer.from('{"type":"ping"}\n')]));
      expect(errorLineCode(text)).toBe('proxy_header_invalid');
    }
  });
});

describe('X-Forwarded-For', () => {
  it('counts for nothing from a stranger', async () => {
    expect(await addressSeen({ localAddress: STRANGER }, { 'x-forwarded-for': '1.2.3.4' })).toBe(STRANGER);
  });

  it.each([
    ['names the client', CLIENT, CLIENT],
    ['counts from the right: what the client wrote itself does not', `1.2.3.4, ${CLIENT}`, CLIENT],
    ['is followed through further trusted proxies', `1.2.3.4, ${CLIENT}, 10.0.0.7`, CLIENT],
    ['may hold IPv6 in brackets with a port', '[2001:DB8::7]:4711', '2001:db8::7'],
    ['without an address that is not trusted names the farthest proxy', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
  ])('%s, from a trusted proxy', async (_name, forwardedFor, address) => {
    expect(await addressSeen({ localAddress: PROXY }, { 'x-forwarded-for': forwardedFor })).toBe(address);
  });

  it('counts for nothing from a client that the PROXY protocol names', async () => {
    const options = { localAddress: PROXY, preface: v1(CLIENT) };
    expect(await addressSeen(options, { 'x-forwarded-for': '1.2.3.4' })).toBe(CLIENT);
  });
});

describe('connections without a user', () => {
  const connect = (address: string) =>
    LineClient.connect({ port: server().port, localAddress: PROXY, preface: v1(address) });

  it('are limited per client behind a proxy, and signing in gives the place back', async () => {
    const address = '203.0.113.50';
    await using first = await connect(address);
    await using second = await connect(address);
    await using third = await connect(address);
    for (const client of [first, second, third]) await client.ask('ping', {});
    const refused = await openSocket({ port: server().port, localAddress: PROXY, preface: v1(address) });
    expect(errorLineCode(await readToEnd(refused))).toBe('too_many_connections');
    await using other = await connect('203.0.113.51');
    await other.ask('ping', {});
    await third.ask('auth', { token: mintUserToken('ann') });
    await using fourth = await connect(address);
    await fourth.ask('ping', {});
  });

  it('are limited by network for IPv6, where one client has very many addresses', async () => {
    const preface = (last: number) => `PROXY TCP6 2001:db8:5::${last} 2001:db8::1 1 2\r\n`;
    const open = (last: number) => openSocket({ port: server().port, localAddress: PROXY, preface: preface(last) });
    const held = [];
    for (let last = 1; last <= 3; last++) {
      const client = new LineClient(await open(last));
      await client.ask('ping', {});
      held.push(client);
    }
    expect(errorLineCode(await readToEnd(await open(4)))).toBe('too_many_connections');
    for (const client of held) await client[Symbol.asyncDispose]();
  });

  it('of loopback peers are not limited one by one; the log says once which setting tells them apart', async () => {
    const clients = [];
    for (let count = 0; count < 6; count++) {
      const client = await LineClient.connect({ port: server().port });
      await client.ask('ping', {});
      clients.push(client);
    }
    for (const client of clients) await client[Symbol.asyncDispose]();
    const warnings = server().log.lines.filter(({ msg }) => msg.includes('TRUSTED_PROXIES=127.0.0.1'));
    expect(warnings).toHaveLength(1);
  });

  it('are limited in all, and gone ones make room', async () => {
    await using small = await startServer({ env: { JWT_SECRET, UNAUTHENTICATED_TOTAL: '2' } });
    const open = () => LineClient.connect({ port: small.port });
    const first = await open();
    await using second = await open();
    for (const client of [first, second]) await client.ask('ping', {});
    await using third = await open();
    await third.ended();
    await first[Symbol.asyncDispose]();
    // the server may hear of the end a moment later
    await until('a free place', async () => {
      await using fourth = await open();
      return await fourth.ask('ping', {});
    });
  });
});
