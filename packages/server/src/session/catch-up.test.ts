import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import { Outgoing } from '../ports/outgoing.ts';
import type { ReplayPage, ReplaySource } from '../ports/replay.ts';
import type { SessionOptions } from './session-options.ts';
import { createTestSession } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

function message(chatId: string, seq: number): Outgoing {
  return new Outgoing({ type: 'message:new', payload: {}, chat_id: chatId, seq }, { class: 'durable', isFrozen: true });
}

/** A log whose chats all have so many events; what is read is noted. */
function logOf(heads: Readonly<Record<string, number>>, lostToSeq = 0) {
  const reads: { readonly chatId: string; readonly afterSeq: number; readonly limit: number }[] = [];
  const source: ReplaySource = {
    read: (_userId, chatId, afterSeq, limit): Promise<ReplayPage> => {
      reads.push({ chatId, afterSeq, limit });
      const fromSeq = Math.max(afterSeq, lostToSeq) + 1;
      const toSeq = Math.min(heads[chatId] ?? 0, fromSeq + limit - 1);
      const seqs = Array.from({ length: Math.max(0, toSeq - fromSeq + 1) }, (_, i) => fromSeq + i);
      const events = seqs.map((seq) => ({ seq, push: message(chatId, seq) }));
      return Promise.resolve({ events, toSeq, ...(lostToSeq > afterSeq && { lostToSeq }) });
    },
  };
  return { reads, source };
}

function setUp(replaySource: ReplaySource, options: Partial<SessionOptions> = {}) {
  const session = createTestSession({ replaySource, options });
  const { wire, connection } = session.connect('ann');
  connection.acceptHello();
  return {
    session,
    wire,
    connection,
    live: (chatId: string, seq: number) =>
      session.layer.hub.chatEvent(chatId, seq, ['ann'], message(chatId, seq), undefined),
    register: (cursors: Readonly<Record<string, number>>) =>
      connection.registerCatchUp(Object.entries(cursors).map(([chatId, afterSeq]) => ({ chatId, afterSeq }))),
    /** What was told, in short. */
    told: () =>
      wire.messages.map(({ type, chat_id, seq, payload }) => {
        if (type === 'gap') return `gap ${payload['from']}-${payload['to']} ${payload['reason']}`;
        return type === 'message:new' ? `${chat_id}${seq}` : `${type} ${JSON.stringify(payload['heads'])}`;
      }),
  };
}

const headsOf = (heads: Readonly<Record<string, number>>) => new Map(Object.entries(heads));

describe('a sync', () => {
  it('replays each chat from its cursor to its head, then says so once', async () => {
    const world = setUp(logOf({ a: 3, b: 2 }).source);
    using _ = world.session;
    world.register({ a: 1, b: 0 })(headsOf({ a: 3, b: 2 }));
    await turns();
    expect(world.told()).toEqual(['a2', 'a3', 'b1', 'b2', 'caught_up {"a":3,"b":2}']);
    expect(world.session.layer.counters.recoveries).toBe(1);
  });

  it('that asks for nothing, or has all there is, is caught up at once', async () => {
    const world = setUp(logOf({ a: 3 }).source);
    using _ = world.session;
    world.register({})(new Map());
    world.register({ a: 3 })(headsOf({ a: 3 }));
    await turns();
    expect(world.told()).toEqual(['caught_up {}', 'caught_up {"a":3}']);
  });

  it('tells nothing before the reply of its command, which goes in the same turn', async () => {
    const world = setUp(logOf({ a: 1 }).source);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 1 }));
    await Promise.resolve();
    world.connection.reply('{"type":"sync","status":"success","payload":{"heads":"of the reply"}}');
    await turns();
    expect(world.told()).toEqual(['sync "of the reply"', 'a1', 'caught_up {"a":1}']);
  });

  it('reads in pages and asks for nothing beyond the head', async () => {
    const { reads, source } = logOf({ a: 1000 });
    const world = setUp(source);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 450 }));
    await turns();
    expect(reads.map(({ afterSeq, limit }) => [afterSeq, limit])).toEqual([
      [0, 200],
      [200, 200],
      [400, 50],
    ]);
  });

  it('reads one page at a time, whatever wakes it meanwhile', async () => {
    const { reads, source } = logOf({ a: 10 });
    const held: (() => void)[] = [];
    const slow: ReplaySource = {
      read: async (...query) => {
        const page = await source.read(...query);
        await new Promise<void>((resolve) => held.push(resolve));
        return page;
      },
    };
    const world = setUp(slow);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 10 }));
    for (let i = 0; i < 3; i++) {
      await turns();
      world.connection.drained();
      world.connection.reply('{"type":"ping","payload":{}}');
    }
    await turns();
    expect(reads).toHaveLength(1);
    held.shift()?.();
    await turns();
    expect(world.told().filter((each) => each.startsWith('a'))).toHaveLength(10);
  });

  it('tells the rest as a gap when there is more than the limit, and follows from there', async () => {
    const world = setUp(logOf({ a: 12 }).source, { replayMaxEvents: 3 });
    using _ = world.session;
    const start = world.register({ a: 0 });
    world.live('a', 11);
    start(headsOf({ a: 10 }));
    world.live('a', 12);
    await turns();
    expect(world.told()).toEqual(['a1', 'a2', 'a3', 'gap 4-10 limit', 'caught_up {"a":10}', 'a11', 'a12']);
  });

  it('tells what retention has removed as a gap', async () => {
    const world = setUp(logOf({ a: 7 }, 5).source);
    using _ = world.session;
    world.register({ a: 2 })(headsOf({ a: 7 }));
    await turns();
    expect(world.told()).toEqual(['gap 3-5 retention', 'a6', 'a7', 'caught_up {"a":7}']);
  });

  it('drops live events that the log has shown already, and takes the next one', async () => {
    const world = setUp(logOf({ a: 3 }).source);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 3 }));
    await turns();
    for (const seq of [2, 3, 4, 5]) world.live('a', seq);
    await turns();
    expect(world.told()).toEqual(['a1', 'a2', 'a3', 'caught_up {"a":3}', 'a4', 'a5']);
  });

  it('does not settle an earlier one that is still reading', async () => {
    const held: (() => void)[] = [];
    const { source } = logOf({ a: 2, b: 2 });
    const slow: ReplaySource = {
      read: async (...query) => {
        if (query[1] === 'b') await new Promise<void>((resolve) => held.push(resolve));
        return source.read(...query);
      },
    };
    const world = setUp(slow);
    using _ = world.session;
    world.register({ b: 0 })(headsOf({ b: 2 }));
    await turns();
    world.register({ b: 1 })(headsOf({ b: 2 }));
    await turns();
    expect(world.told()).toEqual([]);
    for (let i = 0; i < 3; i++) {
      held.shift()?.();
      await turns();
    }
    expect(world.told()).toEqual(['b2', 'caught_up {"b":2}', 'caught_up {"b":2}']);
  });

  it('whose heads cannot be read leaves everything as it was, and is told no caught_up', async () => {
    const world = setUp(logOf({ a: 3 }).source);
    using _ = world.session;
    const start = world.register({ a: 0, b: 0 });
    world.live('a', 3);
    start(undefined);
    await turns();
    expect(world.told()).toEqual(['a3']);
  });

  it('of chats whose names every object inherits finds its own heads', async () => {
    const world = setUp(logOf({ constructor: 1, toString: 1 }).source);
    using _ = world.session;
    world.register({ constructor: 0 })(headsOf({ constructor: 1 }));
    world.register({ toString: 0 })(new Map());
    await turns();
    expect(world.told().toSorted()).toEqual(['caught_up {"constructor":1}', 'caught_up {}', 'constructor1']);
  });
});

describe('a log that cannot be read', () => {
  it('sends the client away to come back later', async () => {
    const failing: ReplaySource = { read: () => Promise.reject(new AppError('storage_unavailable')) };
    const world = setUp(failing);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 1 }));
    await turns();
    expect(world.wire.types).toEqual(['storage_unavailable']);
    expect(world.wire.end).toEqual({ code: 1011, reason: 'storage_unavailable' });
  });

  it('is of no interest once the connection is gone', async () => {
    const held: (() => void)[] = [];
    const slow: ReplaySource = {
      read: (_userId, _chatId, afterSeq) =>
        new Promise((resolve) =>
          held.push(() => resolve({ events: [{ seq: 1, push: message('a', 1) }], toSeq: afterSeq })),
        ),
    };
    const world = setUp(slow);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 1 }));
    await turns();
    world.connection.closed(1006, 'client', 'gone');
    held.shift()?.();
    await turns();
    expect(world.wire.messages).toEqual([]);
  });
});

describe('a connection that caught up', () => {
  it('remembers it for two heartbeats and is idle again', async () => {
    const world = setUp(logOf({ a: 3 }).source);
    using _ = world.session;
    world.register({ a: 0 })(headsOf({ a: 3 }));
    await turns();
    beat();
    world.live('a', 3);
    await turns();
    expect(world.told()).toHaveLength(4);
    beat();
    beat();
    // a live event that late is not expected; that it is sent shows that nothing is remembered
    world.live('a', 3);
    await turns();
    expect(world.told()).toHaveLength(5);

    function beat(): void {
      world.connection.heard();
      world.session.passMs(25_000);
    }
  });
});
