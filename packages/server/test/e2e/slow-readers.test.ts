import { describe, expect, it } from 'vitest';
import { connectUser, OVER_TCP } from '../support/connect-user.ts';
import type { Received } from '../support/inbox.ts';
import type { LineClient } from '../support/line-client.ts';
import { readMetrics, type Sample } from '../support/read-metrics.ts';
import { sharedServer } from '../support/shared-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET } from '../support/test-users.ts';
import { until } from '../support/until.ts';
import type { WsClient } from '../support/ws-client.ts';

const KIB = 1024;
const server = sharedServer({
  env: {
    JWT_SECRET,
    OUTBOX_SOFT_BYTES: String(256 * KIB),
    CLOSE_TIMEOUT_MS: '20000',
  },
});

/** Together far more than the buffers of two sockets take. */
const MESSAGES = 600;
const CONTENT = 'x'.repeat(30 * KIB);

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const socketOf = (client: TestClient) => (client as WsClient | LineClient).socket;

const isSlowClose = ({ name, labels, value }: Sample) =>
  name === 'parley_slow_consumers_total' && labels['action'] === 'closed' && value > 0;

/** The positions that came, in order: of events their own, of gaps those that they tell. */
function positions(messages: readonly Received[], field: 'seq' | 'offset'): readonly number[] {
  return messages.flatMap((message) => {
    if (message.type === 'gap') {
      const { from, to } = message.payload as { readonly from: number; readonly to: number };
      return range(from, to);
    }
    const position = message[field];
    return typeof position === 'number' && message.status === undefined ? [position] : [];
  });
}

describe.each([
  ['WebSocket', {}],
  ['TCP', OVER_TCP],
])('a reader over %s that stops reading for a while', (name, over) => {
  it('gets every event of a chat once and in order, and keeps the connection', async () => {
    await using ann = await connectUser(server(), 'ann');
    await using bob = await connectUser(server(), 'bob', over);
    const { id, seq } = await ann.ask('create_group', { group_name: 'g', member_ids: ['bob'] });
    await bob.push('chat:changed', ({ chat_id: chatId }) => chatId === id);
    socketOf(bob).pause();
    const send = () => ann.ask('message', { chat_id: id, content: CONTENT });
    for (let batch = 0; batch < 20; batch++) await Promise.all(Array.from({ length: MESSAGES / 20 }, send));
    socketOf(bob).resume();
    const head = seq + MESSAGES;
    await bob.push('message:new', (push) => push.chat_id === id && push.seq === head);
    const mine = bob.inbox.all.filter(({ chat_id: chatId, type }) => chatId === id && type === 'message:new');
    expect(positions(mine, 'seq')).toEqual(range(seq + 1, head));
    await bob.ask('ping', {});
    const lagging = (await readMetrics(server())).find(
      ({ name, labels }) => name === 'parley_slow_consumers_total' && labels['action'] === 'lagging',
    );
    expect(lagging?.value).toBeGreaterThan(0);
  });

  it('is told of the gap in a topic, which has no log to read from', async () => {
    const topic = `public:slow-${name}`;
    await using ann = await connectUser(server(), 'ann');
    await using bob = await connectUser(server(), 'bob', over);
    const { offset } = await bob.ask('subscribe', { topic });
    socketOf(bob).pause();
    const publish = () => ann.ask('publish', { topic, data: CONTENT });
    for (let batch = 0; batch < 20; batch++) await Promise.all(Array.from({ length: MESSAGES / 20 }, publish));
    socketOf(bob).resume();
    const gap = await bob.push('gap', ({ payload }) => payload.topic === topic);
    expect(gap.payload).toMatchObject({ reason: 'limit', to: offset + MESSAGES });
    await ann.ask('publish', { topic, data: 'the end' });
    await bob.push('event', (push) => push.offset === offset + MESSAGES + 1);
    const mine = bob.inbox.all.filter((message) => message.topic === topic || message.type === 'gap');
    expect(positions(mine, 'offset')).toEqual(range(offset + 1, offset + MESSAGES + 1));
  });
});

describe('a client that asks on and on and reads nothing', () => {
  it('is closed when too much waits for it', async () => {
    await using ann = await connectUser(server(), 'ann');
    const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: [] });
    for (let count = 0; count < 20; count++) await ann.ask('message', { chat_id: id, content: CONTENT });
    socketOf(ann).pause();
    for (let count = 0; count < 60; count++) ann.send({ type: 'get_messages', chat_id: id, after_seq: 0 });
    const closed = () => readMetrics(server()).then((samples) => samples.filter(isSlowClose).length > 0);
    await until('the server to close it', closed);
    socketOf(ann).resume();
    expect(await ann.ended()).toEqual({ code: 4008, reason: 'slow_consumer' });
  });
});
