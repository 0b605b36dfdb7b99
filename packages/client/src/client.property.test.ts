import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FakeServer } from './testing/fake-server.ts';
import { settled } from './testing/manual-timers.ts';
import { connectTestClient, createTestClient, type TestClient } from './testing/test-client.ts';

const CHATS = ['a', 'b'];

/** What the world may do to a connection. */
const action = fc.oneof(
  fc.record({
    do: fc.constant('say' as const),
    chat: fc.constantFrom(...CHATS),
    times: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ do: fc.constant('send' as const), chat: fc.constantFrom(...CHATS) }),
  fc.record({ do: fc.constantFrom('deliver' as const, 'drop' as const, 'duplicate' as const), at: fc.nat(8) }),
  fc.record({ do: fc.constantFrom('deliver' as const, 'drop' as const), at: fc.constant(0) }),
  fc.record({ do: fc.constantFrom('handle' as const, 'lose' as const), at: fc.nat(3) }),
  fc.record({ do: fc.constant('flow' as const) }),
  fc.record({ do: fc.constant('cut' as const) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

describe('the client on a hostile wire', () => {
  it('hands on each event once and in order, or tells a gap, and sends each message once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), fc.constantFrom(3, 1000), async (actions, replayMax) => {
        const test = createTestClient();
        test.server.replayMaxEvents = replayMax;
        for (const chat of CHATS) test.server.createChat(chat);
        await connectTestClient(test);
        const sends: Promise<unknown>[] = [];
        for (const [index, each] of actions.entries()) await perform(test, each, `m${index}`, sends);
        // the wire heals: whatever was lost has to be found now
        await test.pass(180_000);
        await Promise.all(sends);
        for (const chat of CHATS) assertWhole(test, chat);
        for (const [index, each] of actions.entries()) {
          if (each.do === 'send') expect(occurrences(test.server, each.chat, `m${index}`)).toBe(1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

async function perform(test: TestClient, each: Action, text: string, sends: Promise<unknown>[]): Promise<void> {
  const { server, client, timers } = test;
  const { socket } = server;
  switch (each.do) {
    case 'say':
      for (let time = 0; time < each.times; time++) server.say(each.chat, `${text}.${time}`);
      break;
    case 'send':
      sends.push(client.send(each.chat, text, { clientMsgId: text }));
      break;
    case 'deliver':
    case 'duplicate': {
      const [message] = socket.incoming.splice(each.at, each.do === 'deliver' ? 1 : 0);
      const copy = message ?? socket.incoming[each.at];
      if (copy !== undefined) socket.receive(copy);
      break;
    }
    case 'drop':
      socket.incoming.splice(each.at, 1);
      break;
    case 'handle': {
      const [message] = socket.outgoing.splice(each.at, 1);
      if (message !== undefined) server.handle(socket, message);
      break;
    }
    case 'lose':
      socket.outgoing.splice(each.at, 1);
      break;
    case 'flow':
      await test.flow();
      break;
    case 'cut':
      socket.cut();
      break;
    case 'pass':
      await timers.pass(each.ms);
  }
  await settled();
}

/** Every seq after the first, which was there before the client was, once and ascending; or in a gap. */
function assertWhole({ server, told }: TestClient, chat: string): void {
  const log = server.logs.get(chat) ?? [];
  let seq = 1;
  for (const line of told.get(chat) ?? []) {
    const [place = '', text] = line.split(' ');
    const [from = 0, to = from] = place.split('-').map(Number);
    expect(from, `${chat}: ${told.get(chat)}`).toBe(seq + 1);
    if (text !== 'gap') expect(text).toBe(log[from - 1]?.payload['content']);
    seq = to;
  }
  expect(seq, `${chat}: ${told.get(chat)}`).toBe(log.length);
}

function occurrences(server: FakeServer, chat: string, text: string): number {
  return (server.logs.get(chat) ?? []).filter(({ payload }) => payload['content'] === text).length;
}
