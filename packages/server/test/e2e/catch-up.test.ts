import { describe, expect, it } from 'vitest';
import { connectUser, freshUserIds, makeUsers, OVER_TCP } from '../support/connect-user.ts';
import type { Received } from '../support/inbox.ts';
import { sharedServer } from '../support/shared-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET } from '../support/test-users.ts';
import { until } from '../support/until.ts';

const REPLAY_MAX_EVENTS = 20;
const server = sharedServer({ env: { JWT_SECRET, REPLAY_MAX_EVENTS: String(REPLAY_MAX_EVENTS) } });

/** Ann in a group with Bob, who has been there once and is away now. `seq` is the last he has seen. */
async function withoutBob() {
  const [annId = '', bobId = ''] = freshUserIds('ann', 'bob');
  const ann = await connectUser(server(), annId);
  await makeUsers(server(), bobId);
  const { id: chatId, seq } = await ann.ask('create_group', { group_name: 'g', member_ids: [bobId] });
  const say = async (count: number): Promise<number> => {
    const sends = Array.from({ length: count }, (_, index) =>
      ann.ask('message', { chat_id: chatId, content: `said ${index}` }),
    );
    return Math.max(...(await Promise.all(sends)).map((sent) => sent.seq));
  };
  return { ann, annId, bobId, chatId, seq, say, [Symbol.asyncDispose]: () => ann[Symbol.asyncDispose]() };
}

/** Everything that came up to and including the next `caught_up`. */
async function caughtUp(client: TestClient): Promise<readonly Received[]> {
  const from = client.inbox.all.length - client.inbox.unread.length;
  await client.push('caught_up');
  const all = client.inbox.all.slice(from);
  return all.slice(0, all.findIndex(({ type }) => type === 'caught_up') + 1);
}

const seqsOf = (messages: readonly Received[]) =>
  messages.flatMap(({ seq, status }) => (seq === undefined || status !== undefined ? [] : [seq]));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe.each(Object.entries({ WebSocket: {}, TCP: OVER_TCP }))('after an absence, sync over %s', (_name, over) => {
  it('brings every missed event once and in order, then tells the heads, then goes on live', async () => {
    await using the = await withoutBob();
    const head = await the.say(REPLAY_MAX_EVENTS - 5);
    await using bob = await connectUser(server(), the.bobId, over);
    const { heads, refused } = await bob.ask('sync', { chats: [[the.chatId, the.seq]] });
    expect([heads, refused]).toEqual([{ [the.chatId]: head }, []]);
    const came = await caughtUp(bob);
    expect(seqsOf(came)).toEqual(range(the.seq + 1, head));
    expect(came.at(-1)).toMatchObject({ type: 'caught_up', payload: { heads: { [the.chatId]: head } } });
    await the.say(1);
    expect((await bob.push('message:new', ({ seq }) => seq === head + 1)).seq).toBe(head + 1);
  });

  it('tells a gap for what is beyond the replay limit, and paging fills it', async () => {
    await using the = await withoutBob();
    const head = await the.say(REPLAY_MAX_EVENTS * 3);
    await using bob = await connectUser(server(), the.bobId, over);
    await bob.ask('sync', { chats: [[the.chatId, the.seq]] });
    const came = await caughtUp(bob);
    const lastReplayed = the.seq + REPLAY_MAX_EVENTS;
    expect(seqsOf(came)).toEqual(range(the.seq + 1, lastReplayed));
    expect(came.filter(({ type }) => type === 'gap')).toMatchObject([
      { payload: { chat_id: the.chatId, from: lastReplayed + 1, to: head, reason: 'limit' } },
    ]);
    expect(came.findIndex(({ type }) => type === 'gap')).toBeLessThan(came.length - 1);
    const page = await bob.ask('get_messages', { chat_id: the.chatId, after_seq: lastReplayed, limit: 200 });
    expect(page.messages.map(({ seq }) => seq)).toEqual(range(lastReplayed + 1, head));
  });

  it('leaves no hole and no double while others go on sending', async () => {
    await using the = await withoutBob();
    await the.say(10);
    await using bob = await connectUser(server(), the.bobId, over);
    // some of these come live before the sync, some wait for it
    const sending = the.say(100);
    const before = await bob.ask('sync', { chats: [[the.chatId, the.seq]] });
    const head = await sending;
    // when all were sent before the sync looked, the end is over the replay limit and told as a gap
    const tellsHead = ({ type, seq, payload }: Received) =>
      type === 'gap' ? (payload as { readonly to: number }).to === head : seq === head && type === 'message:new';
    await until('the head to come', async () => bob.inbox.all.some(tellsHead));
    await bob.settle();
    const reply = bob.inbox.all.findIndex(({ type }) => type === 'sync');
    const came = bob.inbox.all.slice(reply + 1);
    const seqs = came.flatMap((message) => {
      if (message.type !== 'gap') return seqsOf([message]);
      const { from, to } = message.payload as { readonly from: number; readonly to: number };
      return range(from, to);
    });
    expect(seqs).toEqual(range(the.seq + 1, head));
    expect(before.heads[the.chatId]).toBeLessThanOrEqual(head);
  });
});

describe('sync', () => {
  it('takes many chats at once and is caught up once', async () => {
    await using the = await withoutBob();
    const others: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const { id } = await the.ann.ask('create_group', { group_name: name, member_ids: [the.bobId] });
      await the.ann.ask('message', { chat_id: id, content: name });
      others.push(id);
    }
    await using bob = await connectUser(server(), the.bobId);
    await bob.ask('sync', { chats: [the.chatId, ...others].map((id): [string, number] => [id, 0]) });
    const came = await caughtUp(bob);
    for (const id of others) {
      const mine = came.filter(({ chat_id }) => chat_id === id);
      expect(mine.map(({ type }) => type)).toEqual(['chat:changed', 'message:new']);
    }
    expect(await bob.settle()).not.toContainEqual(expect.objectContaining({ type: 'caught_up' }));
  });

  it('with a cursor beyond the log is refused by name, so that the client loads anew', async () => {
    await using the = await withoutBob();
    await using bob = await connectUser(server(), the.bobId);
    const { refused, heads } = await bob.ask('sync', { chats: [[the.chatId, the.seq + 100]] });
    expect(refused).toEqual([{ chat_id: the.chatId, code: 'cursor_ahead' }]);
    expect(heads).toEqual({});
    await caughtUp(bob);
    const head = await the.say(1);
    expect((await bob.push('message:new')).seq).toBe(head);
  });

  it('twice on one connection starts over from the later cursor', async () => {
    await using the = await withoutBob();
    const head = await the.say(10);
    await using bob = await connectUser(server(), the.bobId);
    await bob.ask('sync', { chats: [[the.chatId, the.seq]] });
    await caughtUp(bob);
    await bob.ask('sync', { chats: [[the.chatId, head - 2]] });
    await bob.push('caught_up');
    const again = bob.inbox.all.slice(bob.inbox.all.findLastIndex(({ type }) => type === 'sync'));
    expect(seqsOf(again)).toEqual([head - 1, head]);
  });

  it('does the same after a restart, in the same epoch of the log', async () => {
    await using the = await withoutBob();
    const { log_epoch: epoch } = await the.ann.ask('hello', {});
    const head = await the.say(7);
    await server().restart();
    await using bob = await connectUser(server(), the.bobId);
    expect((await bob.ask('hello', {})).log_epoch).toBe(epoch);
    await bob.ask('sync', { chats: [[the.chatId, the.seq]] });
    expect(seqsOf(await caughtUp(bob))).toEqual(range(the.seq + 1, head));
  });

  it('shows a later member the log from their joining on', async () => {
    await using the = await withoutBob();
    const [eveId = ''] = freshUserIds('eve');
    await using eve = await connectUser(server(), eveId);
    await the.say(5);
    const { seq: joined } = await the.ann.ask('add_group_member', { group_id: the.chatId, user_id: eveId });
    await eve.push('member:changed');
    const head = await the.say(2);
    await eve.ask('sync', { chats: [[the.chatId, 0]] });
    await eve.push('caught_up');
    const came = eve.inbox.all.slice(eve.inbox.all.findLastIndex(({ type }) => type === 'sync') + 1);
    expect(seqsOf(came)).toEqual(range(joined, head));
  });

  it('shows a member who was removed meanwhile everything up to the removal', async () => {
    await using the = await withoutBob();
    const said = await the.say(3);
    const { seq: removed } = await the.ann.ask('remove_group_member', { group_id: the.chatId, user_id: the.bobId });
    await the.say(3);
    await using bob = await connectUser(server(), the.bobId);
    await bob.ask('sync', { chats: [[the.chatId, said - 1]] });
    const came = await caughtUp(bob);
    expect(came).toMatchObject([
      { type: 'message:new', seq: said },
      { type: 'member:changed', seq: removed, payload: { change: 'removed', user_id: the.bobId } },
      { type: 'caught_up', payload: { heads: { [the.chatId]: removed } } },
    ]);
  });
});

describe('a lost last event', () => {
  it('shows in the heads that ping tells', async () => {
    await using the = await withoutBob();
    await using bob = await connectUser(server(), the.bobId);
    const head = await the.say(1);
    const { heads } = await bob.ask('ping', { heads: true });
    expect(heads?.[the.chatId]).toBe(head);
  });
});

describe('receipts', () => {
  it('are in no log: whoever was away reads the cursors instead', async () => {
    await using the = await withoutBob();
    const head = await the.say(3);
    await using bob = await connectUser(server(), the.bobId);
    await bob.ask('mark_read', { chat_id: the.chatId, up_to_seq: head });
    await the.ann.push('receipt');
    await using later = await connectUser(server(), the.annId);
    await later.ask('sync', { chats: [[the.chatId, 0]] });
    expect((await caughtUp(later)).map(({ type }) => type)).not.toContain('receipt');
    const { messages } = await later.ask('get_messages', { chat_id: the.chatId, limit: 1 });
    expect(messages[0]?.read_by).toBe(JSON.stringify([the.bobId]));
  });

  it('of one reader coalesce, and the last one wins', async () => {
    await using the = await withoutBob();
    const head = await the.say(10);
    await using bob = await connectUser(server(), the.bobId);
    for (const seq of range(head - 9, head)) await bob.ask('mark_read', { chat_id: the.chatId, up_to_seq: seq });
    await the.ann.push('receipt', ({ payload }) => payload.read_seq === head);
    const receipts = the.ann.inbox.all.filter(({ type }) => type === 'receipt');
    expect(receipts.length).toBeLessThan(10);
    const told = receipts.map(({ payload }) => (payload as { readonly read_seq: number }).read_seq);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});
