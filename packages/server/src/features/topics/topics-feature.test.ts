import { describe, expect, it } from 'vitest';
import { MemoryBus } from '../../adapters/memory/bus.ts';
import type { BusEvent } from '../../ports/bus.ts';
import type { Caller } from '../../ports/caller.ts';
import { createTopicsFeature } from './topics-feature.ts';

function setUp() {
  const bus = new MemoryBus();
  const published: BusEvent[] = [];
  bus.subscribe((event) => published.push(event));
  const joined: string[] = [];
  const caller: Pick<Caller, 'connectionId' | 'subscribe' | 'unsubscribe'> = {
    connectionId: 'con_1',
    subscribe: (topic) => void joined.push(`+${topic}`),
    unsubscribe: (topic) => void joined.push(`-${topic}`),
  };
  return { published, joined, caller: caller as Caller, feature: createTopicsFeature({ bus }) };
}

function nested(levels: number, leaf: NonNullable<unknown> = 1): NonNullable<unknown> {
  return levels === 0 ? leaf : levels % 2 === 0 ? [nested(levels - 1, leaf)] : { x: nested(levels - 1, leaf) };
}

describe('subscribing', () => {
  it('joins the topic and tells where it is', async () => {
    const { feature, caller, joined } = setUp();
    const { epoch } = feature.publish('public:a', 1);
    expect(await feature.handlers.subscribe(caller, { topic: 'public:a' })).toEqual({
      topic: 'public:a',
      epoch,
      offset: 1,
    });
    expect(await feature.handlers.unsubscribe(caller, { topic: 'public:a' })).toEqual({ topic: 'public:a' });
    expect(joined).toEqual(['+public:a', '-public:a']);
  });

  it('to something that is no topic is refused before anything happens', () => {
    const { feature, caller, joined, published } = setUp();
    const { subscribe, unsubscribe, publish } = feature.handlers;
    for (const run of [
      () => subscribe(caller, { topic: 'nonsense' }),
      () => unsubscribe(caller, { topic: 'nonsense' }),
      () => publish(caller, { topic: 'nonsense', data: 1 }),
      () => feature.publish('nonsense', 1),
    ]) {
      expect(run).toThrow(expect.objectContaining({ code: 'invalid_topic' }));
    }
    expect([joined, published]).toEqual([[], []]);
  });
});

describe('publishing', () => {
  it('tells every subscriber but the publisher, with the place of the event, and answers with it', async () => {
    const { feature, caller, published } = setUp();
    const data = { any: ['thing', null, 1.5], constructor: 'too' };
    const reply = await feature.handlers.publish(caller, { topic: 'public:a', data });
    expect(reply).toMatchObject({ topic: 'public:a', offset: 1 });
    expect(published).toMatchObject([
      {
        kind: 'topic',
        topic: 'public:a',
        offset: 1,
        origin: 'con_1',
        event: { class: 'durable', message: { type: 'event', payload: { data }, topic: 'public:a', offset: 1 } },
      },
    ]);
    expect(feature.publish('public:a', null)).toEqual({ ...reply, offset: 2 });
    expect(published[1]).toMatchObject({ offset: 2, origin: undefined });
  });

  it('takes data as deep as the limit, and refuses what is deeper: encoding it could end the process', () => {
    const { feature, caller, published } = setUp();
    const { publish } = feature.handlers;
    expect(() => publish(caller, { topic: 'public:a', data: nested(64) })).not.toThrow();
    const endless = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`) as object;
    for (const data of [nested(65), nested(65, []), endless]) {
      const refusal = expect.objectContaining({
        code: 'invalid_fields',
        message: expect.stringContaining('64 levels'),
      });
      expect(() => publish(caller, { topic: 'public:a', data })).toThrow(refusal);
      expect(() => feature.publish('public:a', data)).toThrow(refusal);
    }
    expect(published).toHaveLength(1);
    expect(feature.publish('public:a', 1).offset).toBe(2);
  });
});
