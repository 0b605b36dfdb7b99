import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import { createPush } from '../ports/create-push.ts';
import { Outgoing } from '../ports/outgoing.ts';
import { answersTo } from './testing/answers-to.ts';
import { createTestSession, identityFor } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

const receipt = createPush('receipt', { chat_id: 'c', user_id: 'u', read_seq: 1, delivered_seq: 1, at: '' });
const joined = createPush('member:changed', { change: 'joined', user_id: 'u', role: 'member', by: 'u', timestamp: '' });
const gap = createPush('gap', { chat_id: 'c', from: 1, to: 2, reason: 'retention' });
const message = new Outgoing({ type: 'message:new', payload: {} }, { class: 'durable', isFrozen: true });

describe('what a client gets', () => {
  const everything = [message, joined, receipt];

  it('without hello: the frozen pushes only', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    for (const push of everything) {
      connection.push(push);
      connection.chatEvent('c', 1, push);
      connection.pushNow(push);
    }
    await turns();
    expect(new Set(wire.types)).toEqual(new Set(['message:new']));
  });

  it('without hello: lost events as an error, since it cannot know what a gap is', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    connection.pushNow(gap);
    connection.pushNow(createPush('caught_up', { heads: {} }));
    await turns();
    expect(wire.messages).toMatchObject([{ type: 'error', status: 'error', code: 'events_lost' }]);
  });

  it('with hello: everything', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    connection.acceptHello();
    for (const push of everything) connection.push(push);
    connection.pushNow(gap);
    await turns();
    expect(wire.types).toEqual(['message:new', 'member:changed', 'receipt', 'gap']);
  });

  it('after a sync: the log as well, with its gaps, and no receipts', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    connection.registerCatchUp([])(new Map());
    for (const push of everything) connection.push(push);
    connection.pushNow(gap);
    await turns();
    expect(wire.types).toEqual(['message:new', 'member:changed', 'gap', 'caught_up']);
  });

  it('after subscribing: events of the topic and what of them was lost', async () => {
    using session = createTestSession({ options: { outboxSoftBytes: 1000 } });
    const { wire, connection } = session.connect('ann');
    connection.subscribe('public:a');
    const event = (offset: number) => createPush('event', { data: '.'.repeat(800) }, { topic: 'public:a', offset });
    for (const offset of [1, 2]) {
      session.layer.hub.topicEvent('public:a', offset, event(offset), undefined);
      await turns();
      wire.bufferedBytes = offset === 1 ? 2000 : 0;
    }
    connection.drained();
    await turns();
    expect(wire.types).toEqual(['event', 'gap']);
    expect(wire.messages[1]?.payload).toEqual({ topic: 'public:a', from: 2, to: 2, reason: 'limit' });
  });
});

describe('signing in', () => {
  it('gives the place among the unauthenticated back, once', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    connection.authenticate(identityFor('ann', session.clock));
    expect(wire.calls).toEqual(['admit']);
  });

  it('as somebody else is refused, and changes nothing', () => {
    using session = createTestSession();
    const { connection } = session.connect('ann');
    const signIn = () => connection.authenticate(identityFor('ben', session.clock));
    expect(signIn).toThrow(expect.objectContaining({ code: 'auth_user_mismatch' }));
    expect(connection.userId).toBe('ann');
    expect(session.layer.hub.userCount).toBe(1);
  });

  it('with one connection too many keeps its place among the unauthenticated', () => {
    using session = createTestSession({ options: { sessionPolicy: { kind: 'multi', max: 1 } } });
    session.connect('ann');
    const { wire, connection } = session.connect();
    expect(() => connection.authenticate(identityFor('ann', session.clock))).toThrow();
    expect(wire.calls).toEqual([]);
    expect(connection.identity).toBeUndefined();
  });
});

describe('an ending connection', () => {
  it('sends what it was to send, then the reason, then nothing more, and reads nothing more', async () => {
    using session = createTestSession({ handlers: { ping: () => ({ server_time: '' }) } });
    const { wire, connection } = session.connect('ann');
    connection.push(message);
    connection.fail(new AppError('token_revoked'));
    connection.push(message);
    connection.reply('{}');
    connection.fail(new AppError('internal'));
    connection.close('normal', 'normal');
    connection.receive('{"type":"ping"}');
    connection.subscribe('public:a');
    await turns();
    expect(wire.types).toEqual(['message:new', 'token_revoked']);
    expect(wire.end).toEqual({ code: 4503, reason: 'token_revoked' });
    expect([session.layer.hub.topicCount, session.layer.wheel.size]).toEqual([0, 0]);
  });

  it('tells its reason even when its outbox is full', () => {
    using session = createTestSession({ options: { outboxHardBytes: 100, outboxSoftBytes: 100 } });
    const { wire, connection } = session.connect('ann');
    wire.isSlow = true;
    connection.reply(JSON.stringify({ filler: '.'.repeat(200) }));
    connection.flush();
    connection.fail(new AppError('token_revoked'));
    expect(wire.types.at(-1)).toBe('token_revoked');
    expect(wire.end).toEqual({ code: 4503, reason: 'token_revoked' });
  });

  it('cuts a reason to what a close frame holds', () => {
    using session = createTestSession();
    const { wire, connection } = session.connect();
    connection.close('internal', 'x'.repeat(500));
    expect(wire.end?.reason).toHaveLength(123);
  });
});

describe('a peer that has ended its side', () => {
  const replies: (() => void)[] = [];
  const handlers = {
    ping: () => ({ server_time: '' }),
    mark_read: async () => {
      await new Promise<void>((resolve) => replies.push(resolve));
      return { chat_id: 'c', read_seq: 1 };
    },
  };
  const markRead = { type: 'mark_read', chat_id: 'c', up_to_seq: 1 };

  it('gets what it is owed at once, then the end', async () => {
    using session = createTestSession({ handlers });
    const peer = session.connect('ann');
    peer.connection.receive('{"type":"ping"}');
    peer.connection.finish();
    expect(peer.wire.types).toEqual(['ping']);
    expect(peer.wire.end).toEqual({ code: 1000, reason: 'normal' });
  });

  it('gets every answer that is under way before the end', async () => {
    using session = createTestSession({ handlers });
    const peer = session.connect('ann');
    await answersTo(peer, markRead, markRead, { type: 'ping' });
    peer.connection.finish();
    replies.shift()?.();
    await turns();
    expect(peer.wire.end).toBeUndefined();
    replies.shift()?.();
    await turns();
    expect(peer.wire.types).toEqual(['ping', 'mark_read', 'mark_read']);
    expect(peer.wire.end?.code).toBe(1000);
  });

  it('gets the whole of what it asked for with a sync', async () => {
    const event = new Outgoing(
      { type: 'message:new', payload: {}, chat_id: 'c', seq: 1 },
      { class: 'durable', isFrozen: true },
    );
    const replaySource = { read: () => Promise.resolve({ events: [{ seq: 1, push: event }], toSeq: 1 }) };
    using session = createTestSession({ replaySource });
    const { wire, connection } = session.connect('ann');
    const start = connection.registerCatchUp([{ chatId: 'c', afterSeq: 0 }]);
    connection.finish();
    expect(wire.end).toBeUndefined();
    start(new Map([['c', 1]]));
    await turns();
    expect(wire.types).toEqual(['message:new', 'caught_up']);
    expect(wire.end?.code).toBe(1000);
  });

  it('is not waited for when a sync fails', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    const start = connection.registerCatchUp([{ chatId: 'c', afterSeq: 0 }]);
    connection.finish();
    start(undefined);
    await turns();
    expect([wire.types, wire.end?.code]).toEqual([[], 1000]);
  });
});
