import { PROTOCOL_VERSION } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { ChatLog } from '../ports/chat-log.ts';
import { createSessionCommands } from './session-commands.ts';
import { answersTo } from './testing/answers-to.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { createTestSession } from './testing/test-session.ts';

const clock = new ManualClock();
const now = new Date(clock.now()).toISOString();
const chatLog = {
  durability: 'fsync',
  epoch: 'epoch-1',
  heads: (userId: string) => Promise.resolve([{ chatId: `chat of ${userId}`, headSeq: 7 }]),
} as unknown as ChatLog;
const handlers = createSessionCommands({ chatLog, clock, limits: { payload_max_bytes: 65_536 }, heartbeatMs: 25_000 });

describe('hello', () => {
  it('is answered with what a client must know, and turns the pushes on', async () => {
    using session = createTestSession({ handlers });
    const peer = session.connect();
    const [welcome] = await answersTo(peer, { type: 'hello', protocol: PROTOCOL_VERSION, capabilities: ['x'] });
    expect(welcome).toEqual({
      type: 'welcome',
      status: 'success',
      payload: {
        protocol: PROTOCOL_VERSION,
        connection_id: peer.connection.connectionId,
        server_time: now,
        limits: { payload_max_bytes: 65_536 },
        durability: 'fsync',
        heartbeat_ms: 25_000,
        log_epoch: 'epoch-1',
      },
    });
    expect(peer.connection.saidHello).toBe(true);
  });

  it('takes the current version for granted, and refuses one that is not spoken', async () => {
    using session = createTestSession({ handlers });
    expect((await answersTo(session.connect(), { type: 'hello' }))[0]?.type).toBe('welcome');
    for (const protocol of [0, -1, PROTOCOL_VERSION + 1]) {
      const peer = session.connect();
      expect((await answersTo(peer, { type: 'hello', protocol }))[0]?.code).toBe('unsupported_version');
      expect(peer.connection.saidHello).toBe(false);
      expect(peer.wire.end?.code).toBe(4507);
    }
  });
});

describe('ping', () => {
  it('tells the time to anybody, and the heads of their chats to users', async () => {
    using session = createTestSession({ handlers });
    const stranger = await answersTo(session.connect(), { type: 'ping' }, { type: 'ping', heads: false });
    for (const answer of stranger) expect(answer.payload).toEqual({ server_time: now });
    const [ann] = await answersTo(session.connect('ann'), { type: 'ping', heads: true });
    expect(ann?.payload).toEqual({ server_time: now, heads: { 'chat of ann': 7 } });
  });

  it('tells no heads to strangers', async () => {
    using session = createTestSession({ handlers });
    const [answer] = await answersTo(session.connect(), { type: 'ping', heads: true });
    expect(answer?.code).toBe('not_authenticated');
  });
});
