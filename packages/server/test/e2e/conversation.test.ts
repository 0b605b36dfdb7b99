import { describe, expect, it } from 'vitest';
import { connectUser, freshUserIds, makeUsers, OVER_TCP } from '../support/connect-user.ts';
import { sharedServer } from '../support/shared-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET } from '../support/test-users.ts';

const server = sharedServer({ env: { JWT_SECRET } });

/** Ann over WebSocket and Bob over TCP in a group of Ann's. */
async function annAndBob() {
  const [annId = '', bobId = ''] = freshUserIds('ann', 'bob');
  const ann = await connectUser(server(), annId);
  const bob = await connectUser(server(), bobId, OVER_TCP);
  const group = await ann.ask('create_group', { group_name: 'a group', member_ids: [bobId] });
  await bob.push('chat:changed');
  const { id: chatId } = group;
  return {
    ann,
    bob,
    annId,
    bobId,
    group,
    chatId,
    async [Symbol.asyncDispose]() {
      await ann[Symbol.asyncDispose]();
      await bob[Symbol.asyncDispose]();
    },
  };
}

async function say(client: TestClient, chatId: string, ...contents: readonly string[]): Promise<readonly number[]> {
  const seqs: number[] = [];
  for (const content of contents) seqs.push((await client.ask('message', { chat_id: chatId, content })).seq);
  return seqs;
}

describe('a group', () => {
  it('shows a message to everybody else once, and to the sender as the reply', async () => {
    await using the = await annAndBob();
    const sent = await the.ann.ask('message', { chat_id: the.chatId, content: 'hello, Bob', client_msg_id: 'm1' });
    expect(sent).toMatchObject({
      chat_session_id: the.chatId,
      sender_id: the.annId,
      content: 'hello, Bob',
      read_at: null,
      read_by: '[]',
      client_msg_id: 'm1',
    });
    expect(sent.id).toBe(`${the.chatId}:${sent.seq}`);
    const pushed = await the.bob.push('message:new');
    expect(pushed).toMatchObject({ chat_id: the.chatId, seq: sent.seq, payload: { ...sent } });
    expect(await the.bob.settle()).toEqual([]);
    expect(await the.ann.settle()).toEqual([]);
  });

  it('shows it to other connections of the sender too', async () => {
    await using the = await annAndBob();
    await using phone = await connectUser(server(), the.annId, OVER_TCP);
    const [seq] = await say(the.ann, the.chatId, 'from the laptop');
    expect((await phone.push('message:new')).seq).toBe(seq);
    const [reply] = await say(phone, the.chatId, 'from the phone');
    expect((await the.ann.push('message:new')).seq).toBe(reply);
    expect(await phone.settle()).toEqual([]);
  });

  it('numbers its events without a gap, for each member the same', async () => {
    await using the = await annAndBob();
    const first = the.group.seq;
    const seqs = [
      ...(await say(the.ann, the.chatId, 'one', 'two')),
      ...(await say(the.bob, the.chatId, 'three')),
      (await the.ann.ask('update_group', { group_id: the.chatId, group_name: 'renamed' })).seq,
      ...(await say(the.bob, the.chatId, 'four')),
    ];
    expect(seqs).toEqual([first + 1, first + 2, first + 3, first + 4, first + 5]);
    expect((await the.bob.push('chat:changed')).payload).toMatchObject({ change: 'renamed', name: 'renamed' });
  });

  it('does not exist for anybody else, and neither do its messages', async () => {
    await using the = await annAndBob();
    await using eve = await connectUser(server(), freshUserIds('eve')[0] as string);
    await say(the.ann, the.chatId, 'between us');
    for (const [type, fields] of [
      ['message', { chat_id: the.chatId, content: 'me too' }],
      ['get_messages', { chat_id: the.chatId }],
      ['get_messages', { chat_id: the.chatId, after_seq: 0 }],
      ['mark_read', { chat_id: the.chatId, up_to_seq: 1 }],
      ['add_group_member', { group_id: the.chatId, user_id: 'eve' }],
      ['update_group', { group_id: the.chatId, group_name: 'mine' }],
      ['leave_group', { group_id: the.chatId }],
    ] as const) {
      expect([type, await eve.refusal(type, fields)]).toMatchObject([type, { code: 'chat_not_found' }]);
    }
    const { refused } = await eve.ask('sync', { chats: [[the.chatId, 0]] });
    expect(refused).toEqual([{ chat_id: the.chatId, code: 'chat_not_found' }]);
    expect((await eve.ask('get_user_chats', {})).chats).toEqual([]);
    await eve.push('caught_up');
    expect(await eve.settle()).toEqual([]);
  });

  it('takes no member who does not exist, and says who', async () => {
    await using the = await annAndBob();
    const refused = await the.ann.refusal('create_group', { group_name: 'g', member_ids: [the.bobId, 'nobody-here'] });
    expect(refused).toMatchObject({ code: 'user_not_found', message: expect.stringContaining('nobody-here') });
    expect(refused.message).not.toContain(the.bobId);
  });
});

describe('reading', () => {
  it('counts what is unread, tells the sender who read it and when, and never goes back', async () => {
    await using the = await annAndBob();
    const [, second = 0, third = 0] = await say(the.ann, the.chatId, 'one', 'two', 'three');
    const mine = async (client: TestClient) => (await client.ask('get_user_chats', {})).chats[0];
    expect(await mine(the.bob)).toMatchObject({ unread: 3, last_seq: third, last_message: { content: 'three' } });
    expect(await mine(the.ann)).toMatchObject({ unread: 0 });

    expect(await the.bob.ask('mark_read', { chat_id: the.chatId, up_to_seq: second })).toMatchObject({
      read_seq: second,
    });
    expect((await the.ann.push('receipt')).payload).toMatchObject({ user_id: the.bobId, read_seq: second });
    expect(await mine(the.bob)).toMatchObject({ unread: 1, read_seq: second });
    expect(await the.bob.ask('mark_read', { chat_id: the.chatId, up_to_seq: 0 })).toMatchObject({ read_seq: second });
    const beyond = await the.bob.ask('mark_read', { chat_id: the.chatId, up_to_seq: 9_999_999 });
    expect(beyond.read_seq).toBe(third);

    const { messages } = await the.ann.ask('get_messages', { chat_id: the.chatId, after_seq: 0 });
    for (const message of messages) {
      expect(message).toMatchObject({ read_by: JSON.stringify([the.bobId]), read_count: 1 });
      expect(Date.parse(message.read_at ?? '')).toBeGreaterThan(Date.parse(message.timestamp) - 1);
    }
  });

  it('happens by asking for the chat as a whole, and not by paging through it', async () => {
    await using the = await annAndBob();
    await say(the.ann, the.chatId, 'one', 'two');
    const unread = async () => (await the.bob.ask('get_user_chats', {})).chats[0]?.unread;
    await the.bob.ask('get_messages', { chat_id: the.chatId, after_seq: 0 });
    await the.bob.ask('get_messages', { chat_id: the.chatId, limit: 10 });
    expect(await unread()).toBe(2);
    await the.bob.ask('get_messages', { chat_id: the.chatId });
    expect(await unread()).toBe(0);
    await the.ann.push('receipt');
  });

  it('pages upward without skipping and downward from the newest', async () => {
    await using the = await annAndBob();
    const seqs = await say(the.ann, the.chatId, ...Array.from({ length: 23 }, (_, index) => `message ${index}`));
    const up: number[] = [];
    for (let after = 0; ; ) {
      const page = await the.bob.ask('get_messages', { chat_id: the.chatId, after_seq: after, limit: 5 });
      up.push(...page.messages.map(({ seq }) => seq));
      if (page.complete) break;
      expect(page.messages.length).toBeGreaterThan(0);
      after = page.next as number;
    }
    expect(up).toEqual(seqs);
    const newest = await the.bob.ask('get_messages', { chat_id: the.chatId, limit: 5 });
    expect(newest.messages.map(({ seq }) => seq)).toEqual(seqs.slice(-5));
    const before = await the.bob.ask('get_messages', {
      chat_id: the.chatId,
      before_seq: newest.next,
      limit: 5,
    });
    expect(before.messages.map(({ seq }) => seq)).toEqual(seqs.slice(-10, -5));
    expect(await the.bob.refusal('get_messages', { chat_id: the.chatId, after_seq: 1, before_seq: 2 })).toMatchObject({
      code: 'invalid_fields',
    });
  });
});

describe('a direct chat', () => {
  it('is the same for both, whoever opens it and however often', async () => {
    await using the = await annAndBob();
    const made = await the.ann.ask('create_chat', { user_id: the.bobId });
    const found = await the.bob.ask('create_chat', { user_id: the.annId });
    expect(made).toMatchObject({ kind: 'direct', name: null, member_count: 2 });
    expect(found).toMatchObject({ id: made.id, duplicate: true });
    const [seq] = await say(the.bob, made.id, 'psst');
    expect((await the.ann.push('message:new', ({ chat_id }) => chat_id === made.id)).seq).toBe(seq);
  });

  it('takes nobody in and lets nobody go', async () => {
    await using the = await annAndBob();
    const [eveId = ''] = freshUserIds('eve');
    await makeUsers(server(), eveId);
    const { id } = await the.ann.ask('create_chat', { user_id: the.bobId });
    const add = { group_id: id, user_id: eveId };
    expect(await the.ann.refusal('add_group_member', add)).toMatchObject({ code: 'not_a_group' });
    expect(await the.ann.refusal('leave_group', { group_id: id })).toMatchObject({ code: 'not_a_group' });
    expect(await the.ann.refusal('create_chat', { user_id: 'nobody-here' })).toMatchObject({ code: 'user_not_found' });
  });
});

describe('a client that never said hello', () => {
  it('gets new messages and nothing else', async () => {
    await using the = await annAndBob();
    const [oldId = ''] = freshUserIds('old');
    await using old = await connectUser(server(), oldId, { hello: false });
    await the.ann.ask('add_group_member', { group_id: the.chatId, user_id: oldId });
    await the.ann.ask('update_group', { group_id: the.chatId, group_name: 'renamed' });
    const [seq] = await say(the.ann, the.chatId, 'hello, old friend');
    await old.ask('mark_read', { chat_id: the.chatId, up_to_seq: 99 });
    await the.ann.push('receipt');
    await old.ask('message', { chat_id: the.chatId, content: 'hi' });
    expect(await old.settle()).toMatchObject([{ type: 'message:new', seq }]);
  });
});

describe('a message', () => {
  it('may hold any text, and comes out as it went in', async () => {
    await using the = await annAndBob();
    const content = 'quotes " \\ newline \n null \u0000 emoji \u{1f9ed} rtl \u202e </script> \ud800 end';
    // a lone surrogate has no UTF-8 form
    const stored = content.replace('\ud800', '\ufffd');
    const sent = await the.ann.ask('message', { chat_id: the.chatId, content, client_msg_id: 'half \udc00' });
    expect(sent).toMatchObject({ content: stored, client_msg_id: 'half \ufffd' });
    expect((await the.bob.push('message:new')).payload.content).toBe(stored);
    const { messages } = await the.bob.ask('get_messages', { chat_id: the.chatId, after_seq: 0 });
    expect(messages.map((message) => message.content)).toEqual([stored]);
  });

  it('has a limit in bytes, which is told', async () => {
    await using the = await annAndBob();
    const { limits } = await the.ann.ask('hello', {});
    const max = limits['content_max_bytes'] as number;
    await the.ann.ask('message', { chat_id: the.chatId, content: 'a'.repeat(max) });
    for (const content of ['a'.repeat(max + 1), '\u00e9'.repeat(max / 2 + 1)]) {
      const refused = await the.ann.refusal('message', { chat_id: the.chatId, content });
      expect(refused).toMatchObject({ code: 'content_too_long', retry: 'never' });
    }
    expect(await the.ann.refusal('message', { chat_id: the.chatId, content: '' })).toMatchObject({
      code: 'invalid_fields',
    });
  });
});
