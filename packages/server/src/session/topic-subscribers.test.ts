import { describe, expect, it } from 'vitest';
import { createPush } from '../ports/create-push.ts';
import type { Connection } from './connection.ts';
import { FakeWire, otherFormat } from './testing/fake-wire.ts';
import { TopicSubscribers } from './topic-subscribers.ts';

/** The part of a connection that a topic uses. */
function subscriber(connectionId: string, wire = new FakeWire()) {
  const got: { readonly from: number; readonly to: number; readonly bytes: Buffer }[] = [];
  const connection = {
    connectionId,
    wire,
    topicEvents: (_topic: string, from: number, to: number, bytes: Buffer) => void got.push({ from, to, bytes }),
  };
  return { connection: connection as unknown as Connection, got };
}

function event(offset: number) {
  return createPush('event', { data: offset }, { topic: 'public:a', offset });
}

function offsetsIn(bytes: Buffer): number[] {
  const lines = bytes.toString().trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { offset: number }).offset);
}

describe('the subscribers of a topic', () => {
  it('get the events of a turn together, as the very same bytes', () => {
    const topic = new TopicSubscribers('public:a');
    const [ann, ben] = [subscriber('con_a'), subscriber('con_b')];
    topic.add(ann.connection);
    topic.add(ben.connection);
    expect([1, 2, 3].map((offset) => topic.keep(offset, event(offset), undefined))).toEqual([true, false, false]);
    expect(ann.got).toHaveLength(0);
    expect(topic.flush()).toBe(6);
    expect(ann.got).toHaveLength(1);
    expect(ann.got[0]).toMatchObject({ from: 1, to: 3 });
    expect(offsetsIn(ann.got[0]?.bytes as Buffer)).toEqual([1, 2, 3]);
    expect(ben.got[0]?.bytes).toBe(ann.got[0]?.bytes);
    expect(topic.flush()).toBe(0);
    expect(ann.got).toHaveLength(1);
  });

  it('share bytes only with those of the same wire format', () => {
    const topic = new TopicSubscribers('public:a');
    const [ann, ben] = [subscriber('con_a'), subscriber('con_b', new FakeWire({ format: otherFormat }))];
    topic.add(ann.connection);
    topic.add(ben.connection);
    topic.keep(1, event(1), undefined);
    topic.flush();
    expect(ann.got[0]?.bytes.toString().endsWith('}\n')).toBe(true);
    expect(ben.got[0]?.bytes.toString().endsWith('}\r\n')).toBe(true);
  });

  it('get every event but their own; whoever published all of a turn gets nothing', () => {
    const topic = new TopicSubscribers('public:a');
    const [ann, ben, cem] = [subscriber('con_a'), subscriber('con_b'), subscriber('con_c')];
    for (const { connection } of [ann, ben, cem]) topic.add(connection);
    topic.keep(1, event(1), 'con_a');
    topic.keep(2, event(2), 'con_b');
    topic.keep(3, event(3), 'con_a');
    expect(topic.flush()).toBe(6);
    expect(offsetsIn(ann.got[0]?.bytes as Buffer)).toEqual([2]);
    expect(ann.got[0]).toMatchObject({ from: 2, to: 2 });
    expect(offsetsIn(ben.got[0]?.bytes as Buffer)).toEqual([1, 3]);
    expect(offsetsIn(cem.got[0]?.bytes as Buffer)).toEqual([1, 2, 3]);
    topic.keep(4, event(4), 'con_a');
    topic.flush();
    expect(ann.got).toHaveLength(1);
  });

  it('are not skipped when one of them leaves while the events are handed out', () => {
    const topic = new TopicSubscribers('public:a');
    const [ann, ben] = [subscriber('con_a'), subscriber('con_b')];
    const leaver = {
      ...subscriber('con_l').connection,
      topicEvents: () => topic.delete(leaver as unknown as Connection),
    };
    topic.add(ann.connection);
    topic.add(leaver as unknown as Connection);
    topic.add(ben.connection);
    topic.keep(1, event(1), undefined);
    topic.flush();
    expect([ann.got.length, ben.got.length, topic.size]).toEqual([1, 1, 2]);
  });
});
