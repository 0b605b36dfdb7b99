import { describe, expect, it } from 'vitest';
import { createTestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem', 'dan', 'eve', 'fay'];

describe('making chats', () => {
  it('answers with the chat as its maker lists it, and tells the other members', async () => {
    const { handlers, caller, chatEvents, published } = createTestChat(USERS);
    const chat = await handlers.create_group(caller('ann'), {
      group_name: 'Friends',
      member_ids: ['ben', 'ben', 'ann'],
    });
    expect(chat).toMatchObject({
      kind: 'group',
      name: 'Friends',
      member_count: 2,
      last_message: null,
      last_seq: 1,
      seq: 1,
    });
    expect(chat.members).toContainEqual({ user_id: 'ann', name: 'Name of ann', role: 'owner' });
    expect(chat).not.toHaveProperty('duplicate');
    expect(chatEvents()).toEqual([['chat:changed', 1, ['ann', 'ben'], 'con_ann']]);
    expect(published[0]).toMatchObject({
      event: { message: { payload: { change: 'created', kind: 'group', name: 'Friends', by: 'ann' } } },
    });
  });

  it('finds the direct chat that is there, whoever asks, and tells nobody again', async () => {
    const { handlers, caller, chatEvents } = createTestChat(USERS);
    const made = await handlers.create_chat(caller('ann'), { user_id: 'ben' });
    const found = await handlers.create_chat(caller('ben'), { user_id: 'ann' });
    expect(found).toMatchObject({ id: made.id, kind: 'direct', name: null, duplicate: true });
    expect(chatEvents()).toHaveLength(1);
  });

  it('names the users who do not exist', async () => {
    const { handlers, caller, published } = createTestChat(USERS);
    const made = handlers.create_group(caller('ann'), { group_name: 'x', member_ids: ['ben', 'ghost', 'phantom'] });
    await expect(made).rejects.toMatchObject({
      code: 'user_not_found',
      message: 'There is no such user: ghost, phantom.',
      details: { userIds: ['ghost', 'phantom'] },
    });
    await expect(handlers.create_chat(caller('ann'), { user_id: 'ghost' })).rejects.toMatchObject({
      code: 'user_not_found',
    });
    expect(published).toEqual([]);
  });

  it('keeps to the limit of members', async () => {
    const { handlers, caller } = createTestChat(USERS, { groupMaxMembers: 3 });
    const make = (member_ids: string[]) => handlers.create_group(caller('ann'), { group_name: 'x', member_ids });
    await expect(make(['ben', 'cem', 'dan'])).rejects.toMatchObject({ code: 'group_full' });
    const { id } = await make(['ben', 'cem']);
    const add = handlers.add_group_member(caller('ann'), { group_id: id, user_id: 'dan' });
    await expect(add).rejects.toMatchObject({ code: 'group_full' });
  });

  it('makes one group for one client_op_id, and none for a creator who has left it', async () => {
    const { handlers, caller, chatEvents } = createTestChat(USERS);
    const make = () => handlers.create_group(caller('ann'), { group_name: 'x', member_ids: [], client_op_id: 'op' });
    const { id } = await make();
    expect(await make()).toMatchObject({ id, duplicate: true });
    await handlers.leave_group(caller('ann'), { group_id: id });
    await expect(make()).rejects.toMatchObject({ code: 'chat_not_found' });
    expect(chatEvents().map(([type]) => type)).toEqual(['chat:changed', 'member:changed']);
  });
});

describe('changing a group', () => {
  it('answers each command with what it did and its seq, and tells who is in the group', async () => {
    const { handlers, caller, group, chatEvents, published } = createTestChat(USERS);
    const group_id = await group('ann', 'ben');
    const ann = caller('ann');
    expect(await handlers.add_group_member(ann, { group_id, user_id: 'cem' })).toEqual({
      group_id,
      user_id: 'cem',
      role: 'member',
      seq: 2,
    });
    expect(await handlers.set_member_role(ann, { group_id, user_id: 'cem', role: 'owner' })).toEqual({
      group_id,
      user_id: 'cem',
      role: 'owner',
      seq: 3,
    });
    expect(await handlers.update_group(ann, { group_id, group_name: 'New' })).toEqual({
      group_id,
      name: 'New',
      seq: 4,
    });
    expect(await handlers.leave_group(ann, { group_id })).toEqual({ group_id, seq: 5 });
    expect(chatEvents().map(([type, seq, members]) => [type, seq, members])).toEqual([
      ['member:changed', 2, ['ann', 'ben', 'cem']],
      ['member:changed', 3, ['ann', 'ben', 'cem']],
      ['chat:changed', 4, ['ann', 'ben', 'cem']],
      ['member:changed', 5, ['ben', 'cem', 'ann']],
    ]);
    const payloads = published.map((event) => (event.kind === 'chat' ? event.event.message.payload : undefined));
    expect(payloads).toMatchObject([
      { change: 'joined', user_id: 'cem', role: 'member', by: 'ann' },
      { change: 'role', user_id: 'cem', role: 'owner', by: 'ann' },
      { change: 'renamed', kind: 'group', name: 'New', by: 'ann' },
      { change: 'left', user_id: 'ann', role: null, by: 'ann' },
    ]);
  });

  it('tells somebody who was removed that they were, and nothing after that', async () => {
    const { handlers, caller, group, chatEvents } = createTestChat(USERS);
    const group_id = await group('ann', 'ben', 'cem');
    await handlers.remove_group_member(caller('ann'), { group_id, user_id: 'ben' });
    await handlers.message(caller('ann'), { chat_id: group_id, content: 'without ben' });
    expect(chatEvents().map(([, , members]) => members)).toEqual([
      ['ann', 'cem', 'ben'],
      ['ann', 'cem'],
    ]);
  });

  it('succeeds as a duplicate when nothing was left to do, and tells nobody', async () => {
    const { handlers, caller, group, published } = createTestChat(USERS);
    const group_id = await group('ann', 'ben');
    const ann = caller('ann');
    const duplicate = { duplicate: true, seq: 1 };
    expect(await handlers.add_group_member(ann, { group_id, user_id: 'ben' })).toMatchObject(duplicate);
    expect(await handlers.remove_group_member(ann, { group_id, user_id: 'cem' })).toMatchObject(duplicate);
    expect(await handlers.set_member_role(ann, { group_id, user_id: 'ben', role: 'member' })).toMatchObject(duplicate);
    expect(await handlers.update_group(ann, { group_id, group_name: 'A group' })).toMatchObject(duplicate);
    expect(published).toEqual([]);
  });

  it('is refused with the code of the log', async () => {
    const { handlers, caller, group, published } = createTestChat(USERS);
    const group_id = await group('ann', 'ben');
    const direct = await handlers.create_chat(caller('ann'), { user_id: 'ben' });
    published.length = 0;
    const refusals: readonly (readonly [run: () => unknown, code: string])[] = [
      [() => handlers.add_group_member(caller('ben'), { group_id, user_id: 'cem' }), 'forbidden'],
      [() => handlers.add_group_member(caller('cem'), { group_id, user_id: 'cem' }), 'chat_not_found'],
      [() => handlers.add_group_member(caller('ann'), { group_id, user_id: 'ghost' }), 'user_not_found'],
      [() => handlers.remove_group_member(caller('ben'), { group_id, user_id: 'ann' }), 'forbidden'],
      [() => handlers.leave_group(caller('ann'), { group_id }), 'last_owner'],
      [() => handlers.set_member_role(caller('ben'), { group_id, user_id: 'ben', role: 'owner' }), 'forbidden'],
      [() => handlers.update_group(caller('ann'), { group_id: direct.id, group_name: 'x' }), 'not_a_group'],
      [() => handlers.leave_group(caller('ann'), { group_id: 'constructor' }), 'chat_not_found'],
    ];
    for (const [run, code] of refusals) await expect(run()).rejects.toMatchObject({ code });
    expect(published).toEqual([]);
  });
});
