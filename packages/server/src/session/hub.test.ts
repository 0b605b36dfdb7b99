import { describe, expect, it } from 'vitest';
import { createPush } from '../ports/create-push.ts';
import { Outgoing } from '../ports/outgoing.ts';
import { FakeWire } from './testing/fake-wire.ts';
import { createTestSession, identityFor, type TestPeer } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

function message(chatId: string, seq: number): Outgoing {
  return new Outgoing(
    { type: 'message:new', payload: { seq }, chat_id: chatId, seq },
    { class: 'durable', isFrozen: true },
  );
}

function event(topic: string, offset: number): Outgoing {
  return createPush('event', { data: offset }, { topic, offset });
}

describe('events of a chat', () => {
  it('reach every connection of the members but the one that caused them', async () => {
    using session = createTestSession();
    const [phone, laptop, other, stranger] = ['ann', 'ann', 'ben', 'eve'].map((user) => session.connect(user));
    const origin = phone?.connection.connectionId;
    session.layer.hub.chatEvent('c', 1, ['ann', 'ben', 'gone'], message('c', 1), origin);
    await turns();
    expect([phone, laptop, other, stranger].map((peer) => peer?.wire.messages.length)).toEqual([0, 1, 1, 0]);
    expect(session.layer.counters.sent.get('message:new')).toBe(2);
  });

  it('of one turn leave in one write per connection, and are encoded once for all', async () => {
    using session = createTestSession();
    const [ann, ben] = [session.connect('ann'), session.connect('ben')];
    let encoded = 0;
    const counting = { ...ann.wire.format, encode: (json: string) => (encoded++, Buffer.from(`${json}\n`)) };
    for (const peer of [ann, ben]) Object.assign(peer.wire, { format: counting });
    for (const seq of [1, 2, 3]) session.layer.hub.chatEvent('c', seq, ['ann', 'ben'], message('c', seq), undefined);
    await turns();
    expect(ann.wire.writes).toHaveLength(1);
    expect(ben.wire.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(encoded).toBe(3);
  });

  it('reach the others when one of them ends while they are handed out', async () => {
    using session = createTestSession({ options: { outboxHardBytes: 150, outboxSoftBytes: 100 } });
    const [slow, healthy] = [session.connect('ann'), session.connect('ann')];
    slow.wire.bufferedBytes = 100;
    session.layer.hub.chatEvent('c', 1, ['ann'], message('c', 1), undefined);
    await turns();
    expect(slow.wire.end).toEqual({ code: 4008, reason: 'slow_consumer' });
    expect(healthy.wire.messages).toHaveLength(1);
  });
});

describe('topics', () => {
  it('reach their subscribers only, and nobody once they have left or gone', async () => {
    using session = createTestSession();
    const { hub } = session.layer;
    const [ann, ben, cem] = ['ann', 'ben', 'cem'].map((user) => session.connect(user)) as [
      TestPeer,
      TestPeer,
      TestPeer,
    ];
    for (const peer of [ann, ben, cem]) peer.connection.subscribe('public:a');
    ben.connection.unsubscribe('public:a');
    cem.connection.closed(1006, 'client', 'gone');
    hub.topicEvent('public:a', 1, event('public:a', 1), undefined);
    hub.topicEvent('public:b', 1, event('public:b', 1), undefined);
    await turns();
    expect([ann, ben, cem].map(({ wire }) => wire.messages.length)).toEqual([1, 0, 0]);
    ann.connection.close('normal', 'normal');
    expect(hub.topicCount).toBe(0);
  });

  it('give a new subscriber nothing of what was published before in the same turn', async () => {
    using session = createTestSession();
    const [ann, ben] = [session.connect('ann'), session.connect('ben')];
    ann.connection.subscribe('public:a');
    session.layer.hub.topicEvent('public:a', 1, event('public:a', 1), undefined);
    ben.connection.subscribe('public:a');
    session.layer.hub.topicEvent('public:a', 2, event('public:a', 2), undefined);
    await turns();
    expect(ann.wire.messages.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(ben.wire.messages.map(({ offset }) => offset)).toEqual([2]);
  });

  it('are subscribed to once, and no more of them than allowed', () => {
    using session = createTestSession({ options: { subscriptionsMax: 3 } });
    const { connection } = session.connect('ann');
    for (let i = 0; i < 10; i++) connection.subscribe('public:same');
    connection.subscribe('public:2');
    connection.subscribe('public:3');
    for (let i = 0; i < 100; i++) {
      expect(() => connection.subscribe(`public:more${i}`)).toThrow(
        expect.objectContaining({ code: 'subscription_limit' }),
      );
    }
    expect(session.layer.hub.topicCount).toBe(3);
    expect(() => connection.subscribe('public:same')).not.toThrow();
    connection.unsubscribe('public:2');
    expect(() => connection.subscribe('public:4')).not.toThrow();
  });

  it('are not confused by names that every object inherits', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('__proto__');
    for (const topic of ['__proto__', 'constructor', 'toString']) {
      connection.subscribe(topic);
      session.layer.hub.topicEvent(topic, 1, event(topic, 1), undefined);
    }
    session.layer.hub.chatEvent('constructor', 1, ['__proto__', 'toString'], message('constructor', 1), undefined);
    await turns();
    expect(wire.messages).toHaveLength(4);
  });

  it('cost the others nothing when an event of one cannot be encoded', async () => {
    using session = createTestSession();
    const { wire, connection } = session.connect('ann');
    connection.subscribe('public:bad');
    connection.subscribe('public:good');
    session.layer.hub.topicEvent('public:bad', 1, createPush('event', { data: 1n }), undefined);
    session.layer.hub.topicEvent('public:good', 1, event('public:good', 1), undefined);
    await turns();
    expect(wire.messages.map(({ topic }) => topic)).toEqual(['public:good']);
  });
});

describe('pushes to users', () => {
  it('reach all their connections but the origin', async () => {
    using session = createTestSession();
    const [phone, laptop] = [session.connect('ann'), session.connect('ann')];
    for (const { connection } of [phone, laptop]) connection.acceptHello();
    const receipt = { chat_id: 'c', user_id: 'ben', read_seq: 1, delivered_seq: 1, at: '' };
    session.layer.hub.toUsers(['ann', 'gone'], createPush('receipt', receipt), phone.connection.connectionId);
    await turns();
    expect([phone.wire.types, laptop.wire.types]).toEqual([[], ['receipt']]);
    expect(session.layer.counters.sent.get('receipt')).toBe(1);
  });
});

describe('the session policy', () => {
  it('single: the newest wins, and the older one is told by whom it was replaced', async () => {
    using session = createTestSession({ options: { sessionPolicy: { kind: 'single' } } });
    const [hello, frozen] = [session.connect('ann'), session.connect('ben')];
    hello.connection.acceptHello();
    const newer = session.connect('ann');
    session.connect('ben');
    await turns();
    expect(hello.wire.types).toEqual(['replaced', 'replaced']);
    expect(hello.wire.messages[0]?.payload).toMatchObject({ by: newer.connection.connectionId });
    expect(frozen.wire.messages).toMatchObject([{ type: 'error', status: 'error', code: 'replaced' }]);
    for (const { wire } of [hello, frozen]) expect(wire.end).toEqual({ code: 4502, reason: 'replaced' });
    expect(newer.wire.end).toBeUndefined();
    expect(session.layer.hub.userCount).toBe(2);
  });

  it('single: a token refreshed in place replaces nobody', () => {
    using session = createTestSession({ options: { sessionPolicy: { kind: 'single' } } });
    const { wire, connection } = session.connect('ann');
    connection.authenticate(identityFor('ann', session.clock, { tokenId: 'new' }));
    expect(wire.end).toBeUndefined();
  });

  it('multi: refuses one too many, and has room again when one ends', () => {
    using session = createTestSession({ options: { sessionPolicy: { kind: 'multi', max: 2 } } });
    const first = session.connect('ann');
    session.connect('ann');
    for (let i = 0; i < 50; i++) {
      expect(() => session.connect('ann')).toThrow(expect.objectContaining({ code: 'session_limit' }));
    }
    session.connect('ben');
    first.connection.close('normal', 'normal');
    expect(() => session.connect('ann')).not.toThrow();
    expect(() => session.connect('ann')).toThrow(expect.objectContaining({ code: 'session_limit' }));
  });

  it('counts no connection that ended before its sign-in was done', () => {
    using session = createTestSession({ options: { sessionPolicy: { kind: 'multi', max: 1 } } });
    for (const end of ['closed', 'closing'] as const) {
      const late = session.connect();
      if (end === 'closed') late.connection.closed(1006, 'client', 'gone');
      else late.connection.close('auth_timeout', 'auth_timeout');
      const signIn = () => late.connection.authenticate(identityFor('ann', session.clock));
      expect(signIn).toThrow(expect.objectContaining({ code: 'connection_closed' }));
      expect(late.connection.identity).toBeUndefined();
      expect(late.wire.calls).not.toContain('admit');
    }
    expect(session.layer.hub.userCount).toBe(0);
    expect(() => session.connect('ann')).not.toThrow();
  });
});

describe('a revocation', () => {
  it('ends the connections it concerns, of a session, a token, a user or a banned one, and no others', () => {
    using session = createTestSession();
    const connect = (userId: string, ids: { readonly sessionId?: string; readonly tokenId?: string }) => {
      const peer = session.connect();
      peer.connection.authenticate(identityFor(userId, session.clock, ids));
      return peer.wire;
    };
    const wires = [
      connect('ann', { sessionId: 's1' }),
      connect('ann', { tokenId: 't1' }),
      connect('ben', {}),
      connect('eve', {}),
    ];
    const { hub } = session.layer;
    expect(hub.revoke({ kind: 'session', id: 's1' })).toBe(1);
    expect(hub.revoke({ kind: 'session', id: 't1' })).toBe(0);
    expect(hub.revoke({ kind: 'token', id: 't1' })).toBe(1);
    expect(hub.revoke({ kind: 'user', id: 'ben' })).toBe(1);
    expect(hub.revoke({ kind: 'user', id: 'nobody' })).toBe(0);
    expect(hub.revoke({ kind: 'ban', id: 'eve' })).toBe(1);
    expect(wires.map(({ end }) => end?.code)).toEqual([4503, 4503, 4503, 4504]);
    expect(wires.map(({ types }) => types.at(-1))).toEqual([
      'token_revoked',
      'token_revoked',
      'token_revoked',
      'account_disabled',
    ]);
  });
});

describe('ended connections', () => {
  it('leave nothing behind, however they end and however often that is told', () => {
    using session = createTestSession();
    const { hub, wheel, budget, counters } = session.layer;
    for (let i = 0; i < 20; i++) {
      const { wire, connection } = session.connect(`user ${i % 3}`);
      connection.subscribe(`public:${i}`);
      wire.isSlow = true;
      connection.reply('{}');
      connection.flush();
      if (i % 2 === 0) connection.close('normal', 'normal');
      connection.closed(1006, 'client', 'gone');
      connection.closed(1006, 'client', 'gone');
    }
    const left = [hub.connections.size, hub.userCount, hub.topicCount, wheel.size, budget.waitingBytes];
    expect(left).toEqual([0, 0, 0, 0, 0]);
    expect([...counters.closed]).toEqual([['1006 client gone', 20]]);
  });

  it('are counted by closed lists of codes and reasons, whatever codes clients make up', () => {
    using session = createTestSession();
    for (let code = 3000; code < 5000; code++) session.connect().connection.closed(code, 'client', 'other');
    session.connect().connection.closed(1000, 'client', 'normal');
    expect([...session.layer.counters.closed.keys()]).toEqual(['other client other', '1000 client normal']);
  });
});

describe('the message rate of a user', () => {
  it('outlives the last connection, so that coming back does not refill it', () => {
    using session = createTestSession({ options: { messageRate: { perSecond: 20, burst: 60 } } });
    const wire = new FakeWire();
    const first = session.connect('ann', wire);
    Object.assign(first.connection.messageBucket as object, { tokens: 0 });
    first.connection.closed(1006, 'client', 'gone');
    expect(session.connect('ann').connection.messageBucket?.tokens).toBe(0);
    expect(session.connect('ben').connection.messageBucket?.tokens).toBe(60);
  });
});
