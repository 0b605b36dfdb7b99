import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CatchUpWorld, type WorldStep } from './testing/catch-up-world.ts';

const CHATS = ['a', 'b'];
const REPLAY_MAX_EVENTS = 6;

const chat = fc.constantFrom(...CHATS);
const steps: fc.Arbitrary<readonly WorldStep[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('commit'), chat, isOwn: fc.boolean(), isMessage: fc.boolean() }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver'), chat, count: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leave', 'rejoin'), chat }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('sync'),
        back: fc.dictionary(chat, fc.integer({ min: -1, max: 12 }), { maxKeys: 2, noNullPrototype: true }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('answer'),
        index: fc.nat(3),
        isStale: fc.boolean(),
        isFailure: fc.integer({ min: 1, max: 5 }).map((die) => die === 1),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('read'), maxEvents: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('slow'), isSlow: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('drain', 'turn', 'turn', 'heartbeat') }) },
  ),
  { maxLength: 60, size: 'max' },
);

describe('catching up', () => {
  it('tells each event once and in order, or as a gap, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        using world = new CatchUpWorld(CHATS, REPLAY_MAX_EVENTS);
        for (const step of taken) await world.take(step);
        await world.settle();
        expect(world.client.faults).toEqual([]);
        expect(world.client.openSyncs).toBe(0);
        for (const [has, owed] of Object.values(world.outcome())) expect(has).toBe(owed);
      }),
      { numRuns: 500 },
    );
  });
});
