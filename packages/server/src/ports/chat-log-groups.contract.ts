import { describe, expect, it } from 'vitest';
import { type ChatLogSubject, done, expectRejected } from './chat-log-subject.contract.ts';

/** What `changeGroup` promises. */
export function describeGroups(subject: ChatLogSubject): void {
  describe('who may what', () => describeRights(subject));
  describe('what happens', () => describeEffects(subject));
  describe('doing it twice', () => describeRepetition(subject));
}

/** An owner, an admin and a member in one group, and a stranger. */
async function staffedGroup(subject: ChatLogSubject) {
  const { chatId, users } = await subject.freshGroup(3);
  const [owner, admin, member] = users;
  done(await subject.setRole(chatId, owner, admin, 'admin'));
  const [stranger, other] = await subject.users(2);
  return { chatId, owner, admin, member, stranger, other };
}

function describeRights(subject: ChatLogSubject): void {
  it('lets owners and admins add and rename, and nobody else', async () => {
    const { chatId, owner, admin, member, stranger, other } = await staffedGroup(subject);
    expectRejected(await subject.add(chatId, member, other), 'forbidden');
    expectRejected(await subject.rename(chatId, member, 'Mine'), 'forbidden');
    expectRejected(await subject.add(chatId, stranger, other), 'chat_not_found');
    expectRejected(await subject.rename(chatId, stranger, 'Mine'), 'chat_not_found');
    done(await subject.add(chatId, admin, other));
    done(await subject.rename(chatId, admin, 'Ours'));
    done(await subject.add(chatId, owner, stranger));
    done(await subject.rename(chatId, owner, 'Theirs'));
  });

  it('lets admins remove plain members, owners remove everybody', async () => {
    const { chatId, owner, admin, member, stranger } = await staffedGroup(subject);
    done(await subject.add(chatId, owner, stranger));
    done(await subject.setRole(chatId, owner, stranger, 'admin'));
    expectRejected(await subject.remove(chatId, member, stranger), 'forbidden');
    expectRejected(await subject.remove(chatId, admin, owner), 'forbidden');
    expectRejected(await subject.remove(chatId, admin, stranger), 'forbidden');
    done(await subject.remove(chatId, admin, member));
    done(await subject.remove(chatId, owner, stranger));
    done(await subject.setRole(chatId, owner, admin, 'owner'));
    done(await subject.remove(chatId, admin, owner));
    expect(await subject.log.memberIds(chatId)).toEqual([admin]);
  });

  it('lets owners alone change roles', async () => {
    const { chatId, owner, admin, member } = await staffedGroup(subject);
    expectRejected(await subject.setRole(chatId, admin, member, 'admin'), 'forbidden');
    expectRejected(await subject.setRole(chatId, admin, admin, 'owner'), 'forbidden');
    expectRejected(await subject.setRole(chatId, member, member, 'owner'), 'forbidden');
    done(await subject.setRole(chatId, owner, member, 'owner'));
    done(await subject.setRole(chatId, member, owner, 'member'));
    expectRejected(await subject.setRole(chatId, owner, owner, 'owner'), 'forbidden');
  });

  it('keeps an owner in a group while others are in it', async () => {
    const { chatId, owner, admin } = await staffedGroup(subject);
    expectRejected(await subject.leave(chatId, owner), 'last_owner');
    expectRejected(await subject.remove(chatId, owner, owner), 'last_owner');
    expectRejected(await subject.setRole(chatId, owner, owner, 'member'), 'last_owner');
    done(await subject.setRole(chatId, owner, admin, 'owner'));
    done(await subject.leave(chatId, owner));
    expectRejected(await subject.leave(chatId, admin), 'last_owner');
  });

  it('lets the last member leave, owner or not', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    expect(done(await subject.leave(chatId, users[0]))).toMatchObject({ memberIds: [], seq: 2 });
    expectRejected(await subject.leave(chatId, users[0]), 'chat_not_found');
    expect(await subject.log.memberIds(chatId)).toEqual([]);
  });

  it('changes nothing about a direct chat', async () => {
    const [a, b, c] = await subject.users(3);
    const { chatId } = done(await subject.log.openDirect({ creatorId: a, otherId: b }));
    expectRejected(await subject.add(chatId, a, c), 'not_a_group');
    expectRejected(await subject.remove(chatId, a, b), 'not_a_group');
    expectRejected(await subject.leave(chatId, a), 'not_a_group');
    expectRejected(await subject.setRole(chatId, a, a, 'owner'), 'not_a_group');
    expectRejected(await subject.rename(chatId, a, 'Us'), 'not_a_group');
    expectRejected(await subject.leave(chatId, c), 'chat_not_found');
  });

  it('refuses changes of a chat that does not exist', async () => {
    const [a, b] = await subject.users(2);
    expectRejected(await subject.add('chat_none', a, b), 'chat_not_found');
    expectRejected(await subject.leave('chat_none', a), 'chat_not_found');
  });

  it('refuses users who do not exist', async () => {
    const { chatId, owner, stranger } = await staffedGroup(subject);
    const ghost = { userIds: ['usr_ghost'] };
    expectRejected(await subject.add(chatId, owner, 'usr_ghost'), 'user_not_found', ghost);
    expectRejected(await subject.remove(chatId, owner, 'usr_ghost'), 'user_not_found', ghost);
    expectRejected(await subject.setRole(chatId, owner, stranger, 'admin'), 'user_not_found', { userIds: [stranger] });
  });

  it('refuses more members than a group may have, but not the removal of one', async () => {
    const { chatId, owner, member, stranger } = await staffedGroup(subject);
    const add = { chatId, actorId: owner, clientOpId: undefined, action: 'add', userId: stranger } as const;
    expectRejected(await subject.change(add, 3), 'group_full');
    // somebody who is in it already does not make it fuller
    expect(done(await subject.change({ ...add, userId: member }, 3)).isDuplicate).toBe(true);
    done(await subject.remove(chatId, owner, member));
    done(await subject.change(add, 3));
  });
}

function describeEffects(subject: ChatLogSubject): void {
  it('writes one event for each change and tells who is in the chat after it', async () => {
    const { chatId, owner, admin, member, stranger } = await staffedGroup(subject);
    const base = { status: 'ok', isDuplicate: false, chatId };
    const joined = done(await subject.add(chatId, admin, stranger));
    const change = { change: 'joined', userId: stranger, role: 'member' };
    expect(joined).toMatchObject({ ...base, seq: 3, events: [{ seq: 3, actorId: admin, kind: 'member', change }] });
    expect([...joined.memberIds].sort()).toEqual([owner, admin, member, stranger].sort());

    const removed = done(await subject.remove(chatId, admin, stranger));
    expect(removed.events).toMatchObject([{ seq: 4, change: { change: 'removed', userId: stranger, role: null } }]);
    expect([...removed.memberIds].sort()).toEqual([owner, admin, member].sort());

    const role = done(await subject.setRole(chatId, owner, member, 'admin'));
    expect(role.events).toMatchObject([{ seq: 5, change: { change: 'role', userId: member, role: 'admin' } }]);

    const left = done(await subject.leave(chatId, member));
    expect(left.events).toMatchObject([
      { seq: 6, actorId: member, change: { change: 'left', userId: member, role: null } },
    ]);

    const renamed = done(await subject.rename(chatId, owner, 'New name'));
    const rename = { change: 'renamed', kind: 'group', name: 'New name' };
    expect(renamed.events).toMatchObject([{ seq: 7, kind: 'chat', change: rename }]);
    expect((await subject.log.findChat(chatId, owner))?.name).toBe('New name');

    const told = [...joined.events, ...removed.events, ...role.events, ...left.events, ...renamed.events];
    expect(await subject.events(chatId, owner, 2)).toEqual(told);
  });

  it('counts removing oneself as leaving', async () => {
    const { chatId, admin } = await staffedGroup(subject);
    const outcome = done(await subject.remove(chatId, admin, admin));
    expect(outcome.events).toMatchObject([{ change: { change: 'left', userId: admin } }]);
  });

  it('shows a new member the log from their joining on', async () => {
    const { chatId, owner, stranger } = await staffedGroup(subject);
    await subject.sendMany(chatId, owner, 3);
    const { seq } = done(await subject.add(chatId, owner, stranger));
    await subject.sendMany(chatId, owner, 2);
    expect((await subject.events(chatId, stranger)).map((event) => event.seq)).toEqual([seq, seq + 1, seq + 2]);
    const page = await subject.log.listMessages({ chatId, userId: stranger, limit: 50 });
    expect(page).toMatchObject({ messages: [{ seq: seq + 1 }, { seq: seq + 2 }], isComplete: true });
  });

  it('shows a removed member the log up to their removal, and nothing later', async () => {
    const { chatId, owner, member } = await staffedGroup(subject);
    await subject.sendMany(chatId, owner, 2);
    const { seq } = done(await subject.remove(chatId, owner, member));
    await subject.sendMany(chatId, owner, 2);
    expect((await subject.events(chatId, member)).at(-1)).toMatchObject({ seq, change: { userId: member } });
    expect(await subject.log.listMessages({ chatId, userId: member, limit: 50 })).toMatchObject({
      messages: [{ seq: seq - 2 }, { seq: seq - 1 }],
      isComplete: true,
    });
    expect(await subject.head(chatId, member)).toBe(seq);
    expect(await subject.log.heads(member)).toEqual([]);
    expect(await subject.log.findChat(chatId, member)).toBeUndefined();
    expectRejected(await subject.add(chatId, member, owner), 'chat_not_found');
  });

  it('shows somebody who comes back what follows their return', async () => {
    const { chatId, owner, member } = await staffedGroup(subject);
    await subject.sendMany(chatId, owner, 2);
    await subject.log.moveCursor({ chatId, userId: member, readSeq: 4 });
    done(await subject.remove(chatId, owner, member));
    await subject.sendMany(chatId, owner, 2);
    const { seq } = done(await subject.add(chatId, owner, member));
    await subject.sendMany(chatId, owner, 1);
    expect((await subject.events(chatId, member)).map((event) => event.seq)).toEqual([seq, seq + 1]);
    expect(await subject.log.findChat(chatId, member)).toMatchObject({ unread: 1, readSeq: seq - 1 });
  });

  it('gives somebody who comes back the role of a plain member', async () => {
    const { chatId, owner, admin } = await staffedGroup(subject);
    done(await subject.remove(chatId, owner, admin));
    done(await subject.add(chatId, owner, admin));
    expectRejected(await subject.rename(chatId, admin, 'Mine again'), 'forbidden');
  });
}

function describeRepetition(subject: ChatLogSubject): void {
  it('succeeds without an event when there is nothing to do', async () => {
    const { chatId, owner, admin, member, stranger } = await staffedGroup(subject);
    const nothing = { status: 'ok', isDuplicate: true, chatId, seq: 2, events: [] };
    expect(await subject.add(chatId, owner, member)).toMatchObject(nothing);
    expect(await subject.remove(chatId, owner, stranger)).toMatchObject(nothing);
    expect(await subject.setRole(chatId, owner, admin, 'admin')).toMatchObject(nothing);
    expect(await subject.rename(chatId, owner, 'A group')).toMatchObject(nothing);
    expect(await subject.head(chatId, owner)).toBe(2);
  });

  it('does a change once for one client_op_id, whatever happened since', async () => {
    const { chatId, owner, stranger } = await staffedGroup(subject);
    const add = { chatId, actorId: owner, clientOpId: 'op', action: 'add', userId: stranger } as const;
    const [first, twin] = await Promise.all([subject.change(add), subject.change(add)]);
    expect(done(first)).toMatchObject({ isDuplicate: false, seq: 3 });
    expect(done(twin)).toMatchObject({ isDuplicate: true, seq: 3, events: [] });
    done(await subject.remove(chatId, owner, stranger));
    expect(done(await subject.change(add))).toMatchObject({ isDuplicate: true, seq: 3, events: [] });
    expect(await subject.log.memberIds(chatId)).not.toContain(stranger);
  });

  it('tells somebody who left that they did, when they ask again', async () => {
    const { chatId, member } = await staffedGroup(subject);
    const leave = { chatId, actorId: member, clientOpId: 'op', action: 'leave' } as const;
    expect(done(await subject.change(leave))).toMatchObject({ isDuplicate: false, seq: 3 });
    expect(done(await subject.change(leave))).toMatchObject({ isDuplicate: true, seq: 3, events: [] });
    expectRejected(await subject.change({ ...leave, clientOpId: 'another' }), 'chat_not_found');
  });

  it('refuses the repetition by somebody who was removed meanwhile', async () => {
    const { chatId, owner, admin, stranger } = await staffedGroup(subject);
    const add = { chatId, actorId: admin, clientOpId: 'op', action: 'add', userId: stranger } as const;
    done(await subject.change(add));
    done(await subject.remove(chatId, owner, admin));
    expectRejected(await subject.change(add), 'chat_not_found');
  });

  it('refuses a client_op_id that was used for something else', async () => {
    const { chatId, owner, admin, member, stranger } = await staffedGroup(subject);
    const add = { chatId, actorId: owner, clientOpId: 'op', action: 'add', userId: stranger } as const;
    done(await subject.change(add));
    expectRejected(await subject.change({ ...add, action: 'remove' }), 'idempotency_conflict');
    expectRejected(await subject.change({ ...add, userId: member }), 'idempotency_conflict');
    // the ids of another user are another user's
    done(await subject.change({ ...add, actorId: admin, action: 'remove', userId: member }));
  });

  it('remembers nothing of what it refused', async () => {
    const { chatId, owner, member, stranger } = await staffedGroup(subject);
    const rename = { chatId, actorId: member, clientOpId: 'op', action: 'rename', name: 'Mine' } as const;
    expectRejected(await subject.change(rename), 'forbidden');
    done(await subject.setRole(chatId, owner, member, 'admin'));
    const add = { chatId, actorId: member, clientOpId: 'op', action: 'add', userId: stranger } as const;
    expect(done(await subject.change(add)).isDuplicate).toBe(false);
  });
}
