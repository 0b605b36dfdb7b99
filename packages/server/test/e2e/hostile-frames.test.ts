import { describe, expect, it } from 'vitest';
import { encodeMaskedFrame } from '../../src/edge/websocket/frame-writer.ts';
import { OPCODE } from '../../src/edge/websocket/opcodes.ts';
import { connectUser } from '../support/connect-user.ts';
import { LineClient } from '../support/line-client.ts';
import { openSocket } from '../support/open-socket.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { handshakeBytes, WsClient } from '../support/ws-client.ts';

const server = sharedServer({
  env: { JWT_SECRET, PAYLOAD_MAX_BYTES: '4096', CONTENT_MAX_BYTES: '1024', CLOSE_TIMEOUT_MS: '300' },
});

const PING = Buffer.from('{"type":"ping"}');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** A masked frame with any first byte. */
function frame(firstByte: number, payload = PING): Buffer {
  const bytes = encodeMaskedFrame(OPCODE.text, payload);
  bytes[0] = firstByte;
  return bytes;
}

/** RFC 6455: the section that each breaks, its bytes, the close code. */
const VIOLATIONS: readonly (readonly [what: string, bytes: Buffer, close: number])[] = [
  ['an unmasked frame (5.1)', Buffer.concat([hex('81 0f'), PING]), 1002],
  ['a reserved bit (5.2)', frame(0xc1), 1002],
  ['a reserved opcode (5.2)', frame(0x83), 1002],
  ['a reserved control opcode (5.2)', frame(0x8b), 1002],
  ['a length that is not the shortest (5.2)', hex('81 fe 0001 00000000 61'), 1002],
  ['a length of 64 bits with the highest set (5.2)', hex('81 ff 8000000000000001 00000000'), 1002],
  ['a fragmented control frame (5.4)', frame(0x09), 1002],
  ['a control frame that is too long (5.5)', hex('89 fe 007e 00000000'), 1002],
  ['a continuation of nothing (5.4)', frame(0x80), 1002],
  ['a new message within another (5.4)', Buffer.concat([frame(0x01), frame(0x81)]), 1002],
  ['text that is not UTF-8 (8.1)', frame(0x81, hex('c3 28')), 1007],
  ['text that ends within a character (8.1)', frame(0x81, hex('e2 82')), 1007],
  ['a close frame of one byte (5.5.1)', frame(0x88, hex('03')), 1002],
  ['a close code that may not be sent (7.4.1)', frame(0x88, hex('03 ed')), 1002],
  ['a binary frame where the subprotocol has text', frame(0x82), 1003],
  ['a frame of a gigabyte, told by its header alone', hex('81 ff 0000000040000000 00000000'), 1009],
  ['fragments that add up to too much', Buffer.concat(Array(5).fill(frame(0, Buffer.alloc(1000)))), 1009],
];
// the first fragment says that it is text
VIOLATIONS.at(-1)?.[1].writeUInt8(0x01, 0);

describe('a WebSocket client that sends', () => {
  it.each(VIOLATIONS)('%s is told by a close frame and cut off', async (_what, bytes, close) => {
    await using client = await WsClient.connect({ port: server().port });
    client.socket.write(bytes);
    expect((await client.ended()).code).toBe(close);
  });

  it('a violation while it does not read is cut off all the same', async () => {
    await using client = await WsClient.connect({ port: server().port, isMute: true });
    client.socket.write(frame(0xc1));
    expect((await client.ended()).code).toBe(1002);
  });

  it('frames together with its handshake, or byte by byte, is understood', async () => {
    const socket = await openSocket({ port: server().port });
    const bytes = Buffer.concat([Buffer.from(handshakeBytes(socket)), frame(0x81)]);
    const received: Buffer[] = [];
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        if (Buffer.concat(received).includes('server_time')) resolve();
      });
    });
    socket.write(bytes);
    await answered;
    socket.destroy();
    await using client = await WsClient.connect({ port: server().port });
    for (const byte of frame(0x81)) await new Promise((resolve) => client.socket.write(Buffer.of(byte), resolve));
    expect(await client.inbox.take('answer', () => true)).toMatchObject({ type: 'ping', status: 'success' });
  });

  it('a hundred thousand empty fragments makes the server keep nothing (CVE-2026-48779)', async () => {
    await using client = await WsClient.connect({ port: server().port });
    const empty = frame(0x00, Buffer.alloc(0));
    client.socket.write(frame(0x01, PING.subarray(0, 5)));
    for (let batch = 0; batch < 100; batch++) {
      const isRoom = client.socket.write(Buffer.concat(Array<Buffer>(1000).fill(empty)));
      if (!isRoom) await new Promise((resolve) => client.socket.once('drain', resolve));
    }
    client.socket.write(frame(0x80, PING.subarray(5)));
    expect(await client.inbox.take('answer', () => true)).toMatchObject({ type: 'ping', status: 'success' });
  });

  it('pings gets their payload back, and is closed when it floods', async () => {
    await using client = await WsClient.connect({ port: server().port });
    client.sendFrame(OPCODE.ping, Buffer.from('payload'));
    await client.ask('ping', {});
    expect(client.pongs.map(String)).toEqual(['payload']);
    for (let count = 0; count < 200; count++) client.sendFrame(OPCODE.ping, Buffer.alloc(0));
    expect((await client.ended()).code).toBe(1008);
  });

  it('a close frame gets it back and is closed, whatever reason it gave', async () => {
    for (const code of [1000, 1001, 3000, 4999]) {
      await using client = await WsClient.connect({ port: server().port });
      client.close(code);
      expect((await client.ended()).code).toBe(code);
    }
  });

  it('nothing after the close frame of the server is cut off after CLOSE_TIMEOUT_MS', async () => {
    await using client = await WsClient.connect({ port: server().port, token: 'letmein', isMute: true });
    expect(await client.ended()).toEqual({ code: 4500, reason: 'token_malformed' });
  });
});

describe('floods', () => {
  it('of messages are refused with the time to wait, and the connection lives', async () => {
    await using limited = await startServer({
      env: { JWT_SECRET, RATE_LIMITS: 'on', MESSAGE_RATE: '1', MESSAGE_BURST: '3' },
    });
    await using ann = await connectUser(limited, 'ann');
    const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: [] });
    const answers = [];
    for (let count = 0; count < 10; count++) {
      answers.push(await ann.exchange('message', { chat_id: id, content: `${count}` }));
    }
    const refused = answers.filter(({ code }) => code === 'rate_limited');
    expect(refused.length).toBeGreaterThan(4);
    for (const { retry, retry_after_ms: waitMs } of refused) {
      expect(retry).toBe('backoff');
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(1000);
    }
    // the limit is the user's, not the connection's
    await using phone = await connectUser(limited, 'ann');
    expect(await phone.refusal('message', { chat_id: id, content: 'phone' })).toMatchObject({ code: 'rate_limited' });
  });

  it('of frames are refused, and closed when they go on', async () => {
    await using limited = await startServer({
      env: { JWT_SECRET, RATE_LIMITS: 'on', FRAME_RATE: '10', FRAME_BURST: '20', FRAME_RATE_GRACE_MS: '300' },
    });
    await using client = await WsClient.connect({ port: limited.port, token: mintUserToken('ann') });
    while (!client.socket.destroyed) {
      client.send({ type: 'ping' });
      await new Promise(setImmediate);
    }
    expect(await client.ended()).toEqual({ code: 4009, reason: 'frame_rate_exceeded' });
    expect(client.inbox.all.some(({ code }) => code === 'rate_limited')).toBe(true);
  });
});

describe('a client that never signs in', () => {
  it('is told and closed after the deadline, over WebSocket and TCP', async () => {
    await using hasty = await startServer({ env: { AUTH_TIMEOUT_MS: '300' } });
    await using client = await WsClient.connect({ port: hasty.port });
    await using lines = await LineClient.connect({ port: hasty.port });
    lines.send({ type: 'ping' });
    expect(await client.errorPush()).toMatchObject({ code: 'auth_timeout' });
    expect(await client.ended()).toEqual({ code: 4002, reason: 'auth_timeout' });
    expect(await lines.errorPush()).toMatchObject({ code: 'auth_timeout' });
    await lines.ended();
  });
});
