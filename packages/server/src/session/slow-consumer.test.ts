import { describe, expect, it } from 'vitest';
import { createPush } from '../ports/create-push.ts';
import { Outgoing } from '../ports/outgoing.ts';
import type { ReplaySource } from '../ports/replay.ts';
import type { SessionOptions } from './session-options.ts';
import { createTestSession, type TestPeer } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

const FILLER = '.'.repeat(100);
const LIMITS = { outboxSoftBytes: 2000, outboxHardBytes: 8000, outboxTotalBytes: 1_000_000 };

function message(seq: number): Outgoing {
  return new Outgoing(
    { type: 'message:new', payload: { FILLER }, chat_id: 'c', seq },
    { class: 'durable', isFrozen: true },
  );
}

const receipt = createPush('receipt', { chat_id: FILLER, user_id: 'u', read_seq: 1, delivered_seq: 1, at: '' });

/** One chat whose log holds every message there is. */
const log: ReplaySource = {
  read: (_userId, _chatId, afterSeq, limit) => {
    const events = Array.from({ length: limit }, (_, i) => ({
      seq: afterSeq + 1 + i,
      push: message(afterSeq + 1 + i),
    }));
    return Promise.resolve({ events, toSeq: afterSeq + limit });
  },
};

function setUp(options: Partial<SessionOptions> = {}) {
  const session = createTestSession({ replaySource: log, options: { ...LIMITS, ...options } });
  const { hub, counters, budget } = session.layer;
  let seq = 0;
  return {
    session,
    slowConsumers: counters.slowConsumers,
    budget,
    connect: (userId: string) => {
      const peer = session.connect(userId);
      peer.connection.acceptHello();
      return peer;
    },
    /** Sends so many messages to the chat, each in a turn of its own. */
    send: async (count: number) => {
      for (let i = 0; i < count; i++) {
        seq++;
        hub.chatEvent('c', seq, ['ann', 'ben'], message(seq), undefined);
        await turns(1);
      }
    },
  };
}

/** The kernel takes everything that was written. */
async function drain({ wire, connection }: TestPeer): Promise<void> {
  wire.bufferedBytes = 0;
  connection.drained();
  await turns();
}

function seqsOf({ wire }: TestPeer): (number | undefined)[] {
  return wire.messages.filter(({ type }) => type === 'message:new').map(({ seq }) => seq);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

describe('a client that reads too slowly', () => {
  it('misses ephemeral pushes first, then follows the log, and has every message once it reads again', async () => {
    const { session, connect, send, slowConsumers } = setUp();
    using _ = session;
    const [ann, ben] = [connect('ann'), connect('ben')];
    ann.wire.isSlow = true;
    await send(8);
    ann.connection.push(receipt);
    expect(slowConsumers).toEqual({ dropped: 1, lagging: 0, closed: 0 });
    await send(32);
    expect(slowConsumers.lagging).toBe(1);
    expect(seqsOf(ann).length).toBeLessThan(40);
    expect(ann.wire.bufferedBytes).toBeLessThanOrEqual(LIMITS.outboxSoftBytes + 200);
    ann.wire.isSlow = false;
    await drain(ann);
    await send(2);
    expect(seqsOf(ann)).toEqual(range(42));
    expect(seqsOf(ben)).toEqual(range(42));
    expect(ann.wire.types).not.toContain('gap');
    expect(slowConsumers).toEqual({ dropped: 1, lagging: 1, closed: 0 });
  });

  it('is sent from the log only as fast as it reads', async () => {
    const { session, connect, send } = setUp();
    using _ = session;
    const ann = connect('ann');
    ann.wire.isSlow = true;
    await send(100);
    for (let round = 0; round < 100 && seqsOf(ann).length < 100; round++) {
      expect(ann.wire.bufferedBytes).toBeLessThanOrEqual(LIMITS.outboxSoftBytes + 200);
      await drain(ann);
    }
    expect(seqsOf(ann)).toEqual(range(100));
  });

  it('goes on without a drain event too, within a heartbeat: the socket reports none below its own mark', async () => {
    const { session, connect, send } = setUp();
    using _ = session;
    const ann = connect('ann');
    ann.wire.isSlow = true;
    await send(40);
    ann.wire.isSlow = false;
    ann.wire.bufferedBytes = 0;
    ann.connection.heard();
    session.passMs(25_250);
    await turns(20);
    expect(seqsOf(ann)).toEqual(range(40));
    expect(session.layer.budget.waitingBytes).toBe(0);
  });

  it('is forgotten by the total when it has read, without a drain event too', async () => {
    const { session, connect, budget } = setUp();
    using _ = session;
    const ann = connect('ann');
    ann.wire.isSlow = true;
    ann.connection.reply('{}');
    await turns();
    expect(budget.waitingBytes).toBeGreaterThan(0);
    ann.wire.bufferedBytes = 0;
    session.passMs(25_250);
    expect(budget.waitingBytes).toBe(0);
  });

  it('is closed with 4008 and a last word at the hard limit, which replies count against as well', async () => {
    const { session, connect, slowConsumers } = setUp();
    using _ = session;
    const ann = connect('ann');
    ann.wire.isSlow = true;
    for (let i = 0; i < 1000 && ann.wire.end === undefined; i++) {
      ann.connection.reply(JSON.stringify({ type: 'ping', status: 'success', payload: { FILLER } }));
      ann.connection.flush();
    }
    expect(ann.wire.end).toEqual({ code: 4008, reason: 'slow_consumer' });
    expect(ann.wire.messages.at(-1)).toMatchObject({ type: 'error', code: 'slow_consumer', retry: 'backoff' });
    expect(ann.wire.bufferedBytes).toBeLessThanOrEqual(LIMITS.outboxHardBytes + 500);
    expect(slowConsumers.closed).toBe(1);
  });

  it('hears of lost topic events once, from the first to the last, and nothing of a topic it has left', async () => {
    const { session, connect } = setUp();
    using _ = session;
    const ann = connect('ann');
    for (const topic of ['public:a', 'public:b']) ann.connection.subscribe(topic);
    ann.wire.isSlow = true;
    const publish = async (topic: string, offset: number) => {
      const event = createPush('event', { data: FILLER }, { topic, offset });
      session.layer.hub.topicEvent(topic, offset, event, undefined);
      await turns(1);
    };
    for (let offset = 1; offset <= 30; offset++) {
      await publish('public:a', offset);
      await publish('public:b', offset);
    }
    ann.connection.unsubscribe('public:b');
    ann.wire.isSlow = false;
    await drain(ann);
    await publish('public:a', 31);
    await turns();
    const told = ann.wire.messages.filter(({ topic }) => topic === 'public:a').map(({ offset }) => offset);
    const gaps = ann.wire.messages.filter(({ type }) => type === 'gap').map(({ payload }) => payload);
    const lastBefore = told.at(-2) as number;
    expect(gaps).toEqual([{ topic: 'public:a', from: lastBefore + 1, to: 30, reason: 'limit' }]);
    expect(told).toEqual([...range(lastBefore), 31]);
  });
});

describe('the total over all connections', () => {
  const ping = JSON.stringify({ type: 'ping', status: 'success', payload: { FILLER } });

  it('holds against many that ask and never read, each far below its own limits', async () => {
    const { session, connect, budget, slowConsumers } = setUp({ outboxTotalBytes: 50_000 });
    using _ = session;
    const peers = Array.from({ length: 100 }, (_, i) => connect(`user ${i}`));
    for (const { wire } of peers) wire.isSlow = true;
    for (let round = 0; round < 30; round++) {
      for (const { wire, connection } of peers) {
        connection.reply(ping);
        if (wire.end !== undefined) connection.closed(4008, 'server', 'slow_consumer');
      }
      await turns(1);
      const largestTurn = 100 * (ping.length + 400);
      expect(budget.waitingBytes).toBeLessThanOrEqual(50_000 + largestTurn);
    }
    expect(slowConsumers.closed).toBeGreaterThan(0);
    const ended = peers.filter(({ wire }) => wire.end !== undefined);
    expect(ended.every(({ wire }) => wire.end?.code === 4008)).toBe(true);
  });

  it('ends those who hold the most, also when they are sent nothing any more, and leaves the others alone', async () => {
    const { session, connect, budget } = setUp({ outboxTotalBytes: 10_000, outboxHardBytes: 10_000 });
    using _ = session;
    const [hog, small, healthy] = [connect('hog'), connect('small'), connect('healthy')];
    for (const { wire } of [hog, small]) wire.isSlow = true;
    for (let i = 0; i < 60; i++) hog.connection.reply(ping);
    await turns();
    expect(budget.isExceeded).toBe(false);
    for (let i = 0; i < 20; i++) small.connection.reply(ping);
    await turns();
    healthy.connection.reply(ping);
    await turns();
    expect([hog.wire.end?.code, small.wire.end, healthy.wire.end]).toEqual([4008, undefined, undefined]);
    hog.connection.closed(4008, 'server', 'slow_consumer');
    expect(budget.isExceeded).toBe(false);
  });

  it('keeps healthy clients live while it is exceeded', async () => {
    const { session, connect, send, slowConsumers } = setUp({ outboxTotalBytes: 3000, outboxHardBytes: 3000 });
    using _ = session;
    const [, ben] = [connect('ann'), connect('ben')];
    const hog = connect('hog');
    hog.wire.isSlow = true;
    for (let i = 0; i < 10; i++) hog.connection.reply(ping);
    await turns();
    const other = connect('other');
    other.wire.isSlow = true;
    for (let i = 0; i < 15; i++) other.connection.reply(ping);
    await turns();
    expect(session.layer.budget.isExceeded).toBe(true);
    await send(20);
    expect(seqsOf(ben)).toEqual(range(20));
    expect([slowConsumers.lagging, slowConsumers.dropped]).toEqual([0, 0]);
  });
});
