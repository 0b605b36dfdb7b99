import { describe, expect, it } from 'vitest';
import { connectUser, freshUserIds, makeUsers, OVER_TCP } from '../support/connect-user.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET } from '../support/test-users.ts';

const server = sharedServer({ env: { JWT_SECRET } });

/** A group with an owner, an admin and a member, all connected and caught up with its making. */
async function group() {
  const ids = freshUserIds('owner', 'admin', 'member', 'stranger');
  const [ownerId = '', adminId = '', memberId = '', strangerId = ''] = ids;
  const owner = await connectUser(server(), ownerId);
  const admin = await connectUser(server(), adminId, OVER_TCP);
  const member = await connectUser(server(), memberId);
  const stranger = await connectUser(server(), strangerId);
  const made = await owner.ask('create_group', { group_name: 'g', member_ids: [adminId, memberId] });
  const { seq } = await owner.ask('set_member_role', { group_id: made.id, user_id: adminId, role: 'admin' });
  for (const client of [admin, member]) {
    await client.push('chat:changed');
    await client.push('member:changed', (push) => push.seq === seq);
  }
  return {
    ...{ owner, admin, member, stranger, ownerId, adminId, memberId, strangerId },
    chatId: made.id,
    async [Symbol.asyncDispose]() {
      for (const client of [owner, admin, member, stranger]) await client[Symbol.asyncDispose]();
    },
  };
}

const contentsOf = async (client: TestClient, chatId: string) =>
  (await client.ask('get_messages', { chat_id: chatId, after_seq: 0 })).messages.map(({ content }) => content);

describe('roles', () => {
  it('let owners do everything, admins only with plain members, and members nothing', async () => {
    await using the = await group();
    const { chatId: group_id, ownerId, adminId, memberId, strangerId } = the;
    const may = async (client: TestClient, type: string, fields: object): Promise<string> => {
      const { status, code } = await client.exchange(type, { group_id, ...fields });
      return status === 'success' ? 'yes' : String(code);
    };
    const rename = { group_name: 'renamed' };
    expect({
      'a member renames': await may(the.member, 'update_group', rename),
      'a member adds': await may(the.member, 'add_group_member', { user_id: strangerId }),
      'a member removes': await may(the.member, 'remove_group_member', { user_id: adminId }),
      'a member promotes': await may(the.member, 'set_member_role', { user_id: memberId, role: 'owner' }),
      'an admin renames': await may(the.admin, 'update_group', rename),
      'an admin adds': await may(the.admin, 'add_group_member', { user_id: strangerId }),
      'an admin removes an owner': await may(the.admin, 'remove_group_member', { user_id: ownerId }),
      'an admin removes a member': await may(the.admin, 'remove_group_member', { user_id: strangerId }),
      'an admin promotes': await may(the.admin, 'set_member_role', { user_id: adminId, role: 'owner' }),
      'an owner removes an admin': await may(the.owner, 'remove_group_member', { user_id: adminId }),
      'an owner promotes': await may(the.owner, 'set_member_role', { user_id: memberId, role: 'owner' }),
    }).toEqual({
      'a member renames': 'forbidden',
      'a member adds': 'forbidden',
      'a member removes': 'forbidden',
      'a member promotes': 'forbidden',
      'an admin renames': 'yes',
      'an admin adds': 'yes',
      'an admin removes an owner': 'forbidden',
      'an admin removes a member': 'yes',
      'an admin promotes': 'forbidden',
      'an owner removes an admin': 'yes',
      'an owner promotes': 'yes',
    });
  });

  it('never leave a group without an owner', async () => {
    await using the = await group();
    const { chatId: group_id, ownerId, adminId } = the;
    const demote = { group_id, user_id: ownerId, role: 'member' };
    expect(await the.owner.refusal('leave_group', { group_id })).toMatchObject({ code: 'last_owner' });
    expect(await the.owner.refusal('set_member_role', demote)).toMatchObject({ code: 'last_owner' });
    await the.owner.ask('set_member_role', { group_id, user_id: adminId, role: 'owner' });
    await the.owner.ask('leave_group', { group_id });
    await the.admin.push('member:changed', ({ payload }) => payload.change === 'left');
  });
});

describe('a removed member', () => {
  it('sees the removal and nothing after it, live or later', async () => {
    await using the = await group();
    const say = (content: string) => the.owner.ask('message', { chat_id: the.chatId, content });
    await say('before');
    await the.member.push('message:new');
    const removal = await the.owner.ask('remove_group_member', { group_id: the.chatId, user_id: the.memberId });
    expect(await the.member.push('member:changed')).toMatchObject({
      seq: removal.seq,
      payload: { change: 'removed', user_id: the.memberId, by: the.ownerId, role: null },
    });
    await say('after');
    await the.owner.ask('update_group', { group_id: the.chatId, group_name: 'without you' });
    await the.admin.push('chat:changed');
    expect(await the.member.settle()).toEqual([]);
    for (const [type, fields] of [
      ['message', { chat_id: the.chatId, content: 'let me in' }],
      ['mark_read', { chat_id: the.chatId, up_to_seq: 99 }],
      ['add_group_member', { group_id: the.chatId, user_id: the.memberId }],
    ] as const) {
      expect([type, await the.member.refusal(type, fields)]).toMatchObject([type, { code: 'chat_not_found' }]);
    }
    const { chats } = await the.member.ask('get_user_chats', {});
    expect(chats.map(({ id }) => id)).not.toContain(the.chatId);
    expect(JSON.stringify(the.member.inbox.all)).not.toContain('after');
  });

  it('reads no later message by paging or sync, whatever cursor it gives', async () => {
    await using the = await group();
    const said = await the.owner.ask('message', { chat_id: the.chatId, content: 'before' });
    await the.owner.ask('remove_group_member', { group_id: the.chatId, user_id: the.memberId });
    const secret = await the.owner.ask('message', { chat_id: the.chatId, content: 'the secret' });
    await using again = await connectUser(server(), the.memberId);
    for (const after of [0, said.seq, secret.seq - 1]) {
      await again.exchange('get_messages', { chat_id: the.chatId, after_seq: after });
      await again.exchange('get_messages', { chat_id: the.chatId, before_seq: secret.seq + 1 });
      await again.exchange('sync', { chats: [[the.chatId, after]] });
      await again.push('caught_up');
    }
    await again.exchange('get_messages', { chat_id: the.chatId });
    await again.settle();
    expect(again.inbox.all.length).toBeGreaterThan(7);
    expect(JSON.stringify(again.inbox.all)).not.toContain('the secret');
  });

  it('who comes back sees what is said from then on, and nothing of the time between', async () => {
    await using the = await group();
    const say = (content: string) => the.owner.ask('message', { chat_id: the.chatId, content });
    const wish = { group_id: the.chatId, user_id: the.memberId };
    await the.owner.ask('remove_group_member', wish);
    await say('while you were out');
    await the.owner.ask('add_group_member', wish);
    await say('welcome back');
    await the.member.push('message:new');
    expect(await contentsOf(the.member, the.chatId)).toEqual(['welcome back']);
  });
});

describe('a new member', () => {
  it('is told of the group and sees it from joining on', async () => {
    await using the = await group();
    await the.owner.ask('message', { chat_id: the.chatId, content: 'before you came' });
    const { seq } = await the.owner.ask('add_group_member', { group_id: the.chatId, user_id: the.strangerId });
    expect(await the.stranger.push('member:changed')).toMatchObject({
      chat_id: the.chatId,
      seq,
      payload: { change: 'joined', user_id: the.strangerId },
    });
    await the.owner.ask('message', { chat_id: the.chatId, content: 'hello' });
    expect((await the.stranger.push('message:new')).seq).toBe(seq + 1);
    expect(await contentsOf(the.stranger, the.chatId)).toEqual(['hello']);
    const { chats } = await the.stranger.ask('get_user_chats', {});
    expect(chats).toMatchObject([{ id: the.chatId, member_count: 4, unread: 1 }]);
  });

  it('beyond the largest group is refused', async () => {
    await using small = await startServer({ env: { JWT_SECRET, GROUP_MAX_MEMBERS: '2' } });
    await using ann = await connectUser(small, 'ann');
    await makeUsers(small, 'bob', 'eve');
    const two = { group_name: 'two', member_ids: ['bob'] };
    expect(await ann.refusal('create_group', { ...two, member_ids: ['bob', 'eve'] })).toMatchObject({
      code: 'group_full',
    });
    const { id } = await ann.ask('create_group', two);
    expect(await ann.refusal('add_group_member', { group_id: id, user_id: 'eve' })).toMatchObject({
      code: 'group_full',
    });
  });
});
