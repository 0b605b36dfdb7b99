import { expect, it } from 'vitest';
import { type ChatLogSubject, done, expectRejected } from './chat-log-subject.contract.ts';

/** What `createGroup` and `openDirect` promise. */
export function describeNewChats(subject: ChatLogSubject): void {
  const create = (creatorId: string, memberIds: readonly string[], more: { clientOpId?: string; max?: number } = {}) =>
    subject.log.createGroup({
      creatorId,
      name: 'Friends',
      memberIds,
      clientOpId: more.clientOpId,
      maxMembers: more.max ?? 1_000,
    });
  const open = (creatorId: string, otherId: string) => subject.log.openDirect({ creatorId, otherId });

  it('makes a group that its creator owns, and says so in its first event', async () => {
    const [a, b, c] = await subject.users(3);
    subject.setNow(1_800_000_010_000);
    const made = done(await create(a, [b, c]));
    const gid = made.events[0]?.gid;
    const event = { seq: 1, gid, actorId: a, timestampMs: 1_800_000_010_000, kind: 'chat' };
    const change = { change: 'created', kind: 'group', name: 'Friends' };
    expect(made).toMatchObject({ isDuplicate: false, seq: 1, events: [{ ...event, change }] });
    expect([...made.memberIds].sort()).toEqual([a, b, c].sort());
    const chat = await subject.log.findChat(made.chatId, b);
    expect(chat?.members.find(({ userId }) => userId === a)?.role).toBe('owner');
    expect(chat?.members.find(({ userId }) => userId === b)?.role).toBe('member');
    expect(chat).toMatchObject({ kind: 'group', name: 'Friends', memberCount: 3, lastSeq: 1, lastMessage: null });
  });

  it('counts a member once, however often they are named', async () => {
    const [a, b] = await subject.users(2);
    const made = done(await create(a, [b, a, b], { max: 2 }));
    expect([...made.memberIds].sort()).toEqual([a, b].sort());
    expect(done(await create(a, [])).memberIds).toEqual([a]);
  });

  it('lists the members who do not exist, and makes nothing', async () => {
    const [a, b] = await subject.users(2);
    const outcome = await create(a, ['usr_ghost', b, 'usr_phantom'], { clientOpId: 'op' });
    expectRejected(outcome, 'user_not_found', { userIds: ['usr_ghost', 'usr_phantom'] });
    expect((await subject.log.listChats({ userId: b, limit: 10 })).chats).toEqual([]);
    // the refusal is not remembered under the id
    expect(done(await create(a, [b], { clientOpId: 'op' })).isDuplicate).toBe(false);
  });

  it('refuses more members than a group may have', async () => {
    const [a, b, c] = await subject.users(3);
    expectRejected(await create(a, [b, c], { max: 2 }), 'group_full');
    expect((await subject.log.listChats({ userId: a, limit: 10 })).chats).toEqual([]);
  });

  it('makes one group for one client_op_id, also when both are under way', async () => {
    const [a, b] = await subject.users(2);
    const [first, second] = await Promise.all([
      create(a, [b], { clientOpId: 'op' }),
      create(a, [b], { clientOpId: 'op' }),
    ]);
    const { chatId } = done(first);
    expect(done(second)).toMatchObject({ chatId, isDuplicate: true, seq: 1, events: [] });
    await subject.sendMany(chatId, a, 3);
    expect(done(await create(a, [b], { clientOpId: 'op' }))).toMatchObject({ chatId, isDuplicate: true, seq: 1 });
    expect((await subject.log.listChats({ userId: a, limit: 10 })).chats).toHaveLength(1);
  });

  it('refuses a client_op_id that was used for another group or another command', async () => {
    const [a, b, c] = await subject.users(3);
    const { chatId } = done(await create(a, [b], { clientOpId: 'op' }));
    expectRejected(await create(a, [c], { clientOpId: 'op' }), 'idempotency_conflict');
    const add = { chatId, actorId: a, clientOpId: 'op', action: 'add', userId: c } as const;
    expectRejected(await subject.change(add), 'idempotency_conflict');
  });

  it('takes the same members in another order for the same request', async () => {
    const [a, b, c] = await subject.users(3);
    const { chatId } = done(await create(a, [b, c], { clientOpId: 'op' }));
    expect(done(await create(a, [c, b], { clientOpId: 'op' }))).toMatchObject({ chatId, isDuplicate: true });
  });

  it('refuses the retry of a creator who has left meanwhile', async () => {
    const [a] = await subject.users(1);
    const { chatId } = done(await create(a, [], { clientOpId: 'op' }));
    done(await subject.leave(chatId, a));
    expectRejected(await create(a, [], { clientOpId: 'op' }), 'chat_not_found');
  });

  it('opens one direct chat for two users, whoever asks', async () => {
    const [a, b] = await subject.users(2);
    const [first, second] = await Promise.all([open(a, b), open(b, a)]);
    const { chatId } = done(first);
    expect(done(first)).toMatchObject({ isDuplicate: false, seq: 1 });
    expect(done(first).events).toMatchObject([
      { kind: 'chat', change: { change: 'created', kind: 'direct', name: null } },
    ]);
    await subject.sendMany(chatId, b, 2);
    expect(done(second)).toMatchObject({ chatId, isDuplicate: true, seq: 1, events: [] });
    expect(done(await open(a, b))).toMatchObject({ chatId, isDuplicate: true, seq: 3, events: [] });
    expect([...(await subject.log.memberIds(chatId))].sort()).toEqual([a, b].sort());
  });

  it('opens a direct chat of a user with oneself', async () => {
    const [a] = await subject.users(1);
    const { chatId, memberIds } = done(await open(a, a));
    expect(memberIds).toEqual([a]);
    expect(done(await open(a, a))).toMatchObject({ chatId, isDuplicate: true });
    expect(await subject.sendMany(chatId, a, 1)).toEqual([2]);
  });

  it('opens no direct chat with somebody who does not exist', async () => {
    const [a] = await subject.users(1);
    expectRejected(await open(a, 'usr_ghost'), 'user_not_found', { userIds: ['usr_ghost'] });
  });

  it('gives every chat an id of its own', async () => {
    const [a, b, c] = await subject.users(3);
    const made = [await create(a, [b]), await create(a, [b]), await open(a, b), await open(a, c)];
    expect(new Set(made.map((outcome) => done(outcome).chatId)).size).toBe(4);
  });

  it('knows no members of a chat that does not exist', async () => {
    expect(await subject.log.memberIds('chat_none')).toEqual([]);
  });
}
