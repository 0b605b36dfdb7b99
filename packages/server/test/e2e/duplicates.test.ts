import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectUser, freshUserIds, makeUsers, OVER_TCP } from '../support/connect-user.ts';
import { sharedServer } from '../support/shared-server.ts';
import { JWT_SECRET } from '../support/test-users.ts';

const server = sharedServer({ env: { JWT_SECRET } });
const [annId = '', bobId = ''] = freshUserIds('ann', 'bob');
let chatId: string;
let otherChatId: string;

beforeAll(async () => {
  await using ann = await connectUser(server(), annId);
  await makeUsers(server(), bobId);
  chatId = (await ann.ask('create_group', { group_name: 'one', member_ids: [bobId] })).id;
  otherChatId = (await ann.ask('create_group', { group_name: 'two', member_ids: [bobId] })).id;
});

describe('a message that is sent again with the same client_msg_id', () => {
  it('is stored once and answered with where it is, on another connection too', async () => {
    await using laptop = await connectUser(server(), annId);
    await using phone = await connectUser(server(), annId, OVER_TCP);
    await using bob = await connectUser(server(), bobId);
    const send = { chat_id: chatId, content: 'once', client_msg_id: randomUUID() };
    const stored = await laptop.ask('message', send);
    expect(stored).not.toHaveProperty('duplicate');
    for (const client of [laptop, phone]) {
      expect(await client.ask('message', send)).toEqual({ ...stored, duplicate: true });
    }
    await bob.push('message:new');
    expect(await bob.settle()).toEqual([]);
  });

  it('is refused when it says something else, or says it elsewhere', async () => {
    await using ann = await connectUser(server(), annId);
    const send = { chat_id: chatId, content: 'this', client_msg_id: randomUUID() };
    await ann.ask('message', send);
    for (const change of [{ content: 'that' }, { chat_id: otherChatId }]) {
      expect(await ann.refusal('message', { ...send, ...change })).toMatchObject({
        code: 'idempotency_conflict',
        retry: 'never',
      });
    }
  });

  it('is another message when another user sends it', async () => {
    await using ann = await connectUser(server(), annId);
    await using bob = await connectUser(server(), bobId);
    const send = { chat_id: chatId, content: 'me first', client_msg_id: randomUUID() };
    const first = await ann.ask('message', send);
    const second = await bob.ask('message', send);
    expect(second.seq).toBeGreaterThan(first.seq);
    expect(second).not.toHaveProperty('duplicate');
  });

  it('is stored once when both are under way at the same time, on two connections', async () => {
    await using laptop = await connectUser(server(), annId);
    await using phone = await connectUser(server(), annId, OVER_TCP);
    for (let round = 0; round < 20; round++) {
      const send = { chat_id: chatId, content: `race ${round}`, client_msg_id: randomUUID() };
      const answers = await Promise.all([laptop.ask('message', send), phone.ask('message', send)]);
      expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1);
      expect(answers.filter(({ duplicate }) => duplicate === true)).toHaveLength(1);
    }
  });

  it('may be valid later: what was refused is not remembered', async () => {
    await using ann = await connectUser(server(), annId);
    const send = { content: 'try again', client_msg_id: randomUUID() };
    await ann.refusal('message', { ...send, chat_id: 'chat_doesnotexist' });
    expect(await ann.ask('message', { ...send, chat_id: chatId })).not.toHaveProperty('duplicate');
  });

  it('is still known after a restart, and sync tells its fate', async () => {
    const send = { chat_id: chatId, content: 'before the restart', client_msg_id: randomUUID() };
    const neverSent = randomUUID();
    let stored: { readonly seq: number; readonly id: string };
    {
      await using ann = await connectUser(server(), annId);
      stored = await ann.ask('message', send);
    }
    await server().restart();
    await using ann = await connectUser(server(), annId);
    const { pending } = await ann.ask('sync', { pending: [send.client_msg_id, neverSent] });
    expect(pending).toEqual([
      { client_msg_id: send.client_msg_id, status: 'accepted', chat_id: chatId, seq: stored.seq, id: stored.id },
      { client_msg_id: neverSent, status: 'unknown' },
    ]);
    expect(await ann.ask('message', send)).toMatchObject({ seq: stored.seq, duplicate: true });
  });

  it('of somebody else is unknown to sync', async () => {
    await using ann = await connectUser(server(), annId);
    await using bob = await connectUser(server(), bobId);
    const clientMsgId = randomUUID();
    await ann.ask('message', { chat_id: chatId, content: 'mine', client_msg_id: clientMsgId });
    const { pending } = await bob.ask('sync', { pending: [clientMsgId] });
    expect(pending).toEqual([{ client_msg_id: clientMsgId, status: 'unknown' }]);
  });
});

describe('a command that is sent again with the same client_op_id', () => {
  it('makes no second group, and refuses to make another one', async () => {
    await using ann = await connectUser(server(), annId);
    const wish = { group_name: 'once', member_ids: [bobId], client_op_id: randomUUID() };
    const made = await ann.ask('create_group', wish);
    expect(await ann.ask('create_group', wish)).toMatchObject({ id: made.id, duplicate: true });
    expect(await ann.refusal('create_group', { ...wish, group_name: 'other' })).toMatchObject({
      code: 'idempotency_conflict',
    });
  });

  it('adds a member once, with or without it', async () => {
    const [eveId = ''] = freshUserIds('eve');
    await using ann = await connectUser(server(), annId);
    await makeUsers(server(), eveId);
    const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: [] });
    const wish = { group_id: id, user_id: eveId, client_op_id: randomUUID() };
    const { seq } = await ann.ask('add_group_member', wish);
    expect(await ann.ask('add_group_member', wish)).toMatchObject({ seq, duplicate: true });
    expect(await ann.ask('add_group_member', { group_id: id, user_id: eveId })).toMatchObject({ duplicate: true });
  });
});
