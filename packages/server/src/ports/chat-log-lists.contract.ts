import { describe, expect, it } from 'vitest';
import { MEMBERS_LISTED, type MessagePage, type MessagePageQuery, UNREAD_COUNTED } from './chat-log.ts';
import { type ChatLogSubject, done, expectRejected } from './chat-log-subject.contract.ts';

/** What the reads promise. */
export function describeLists(subject: ChatLogSubject): void {
  describe('messages', () => describeMessagePages(subject));
  describe('chats', () => describeChatLists(subject));
  describe('events and heads', () => describeEvents(subject));
}

function describeMessagePages(subject: ChatLogSubject): void {
  const list = async (query: MessagePageQuery): Promise<MessagePage> => {
    const page = await subject.log.listMessages(query);
    expect(page).toMatchObject({ status: 'ok' });
    return page as MessagePage;
  };
  const seqsOf = (page: MessagePage) => page.messages.map(({ seq }) => seq);

  it('lists the newest page in ascending order', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const seqs = await subject.sendMany(chatId, users[0], 5);
    const page = await list({ chatId, userId: users[0], limit: 3 });
    expect(seqsOf(page)).toEqual(seqs.slice(2));
    expect(page).toMatchObject({ isComplete: false, next: seqs[2] });
    const before = await list({ chatId, userId: users[0], limit: 3, beforeSeq: seqs[2] as number });
    expect(before).toMatchObject({ isComplete: true, messages: [{ seq: seqs[0] }, { seq: seqs[1] }] });
    expect(before.next).toBeUndefined();
  });

  it('tells everything about a message', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    subject.setNow(1_800_000_050_000);
    await subject.send(chatId, users[0], 'words', 'my-id');
    expect((await list({ chatId, userId: users[1], limit: 1 })).messages).toEqual([
      {
        seq: 2,
        senderId: users[0],
        content: 'words',
        timestampMs: 1_800_000_050_000,
        clientMsgId: 'my-id',
        readAtMs: null,
        readerIds: [],
        readCount: 0,
      },
    ]);
  });

  it('walks all messages from a cursor, whatever the page size, and leaves other events out', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    const [extra] = await subject.users(1);
    const seqs = [...(await subject.sendMany(chatId, users[0], 3))];
    done(await subject.add(chatId, users[0], extra));
    done(await subject.rename(chatId, users[0], 'Another'));
    seqs.push(...(await subject.sendMany(chatId, users[1], 4)));
    for (const limit of [1, 2, 3, 7, 100]) {
      const seen: number[] = [];
      let page = await list({ chatId, userId: users[0], limit, afterSeq: 0 });
      for (; !page.isComplete; page = await list({ chatId, userId: users[0], limit, afterSeq: page.next ?? 0 })) {
        expect(page.messages).toHaveLength(limit);
        seen.push(...seqsOf(page));
      }
      expect([...seen, ...seqsOf(page)]).toEqual(seqs);
    }
  });

  it('is complete and empty where there is nothing', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const nothing = { status: 'ok', messages: [], isComplete: true };
    expect(await list({ chatId, userId: users[0], limit: 5 })).toEqual(nothing);
    await subject.sendMany(chatId, users[0], 2);
    expect(await list({ chatId, userId: users[0], limit: 5, afterSeq: 3 })).toEqual(nothing);
    expect(await list({ chatId, userId: users[0], limit: 5, afterSeq: 9_999 })).toEqual(nothing);
    expect(await list({ chatId, userId: users[0], limit: 5, beforeSeq: 2 })).toEqual(nothing);
  });

  it('refuses strangers', async () => {
    const { chatId } = await subject.freshGroup(1);
    const [stranger] = await subject.users(1);
    expectRejected(await subject.log.listMessages({ chatId, userId: stranger, limit: 1 }), 'chat_not_found');
    expectRejected(
      await subject.log.listMessages({ chatId: 'chat_none', userId: stranger, limit: 1 }),
      'chat_not_found',
    );
  });
}

function describeChatLists(subject: ChatLogSubject): void {
  const names = async (userId: string, limit: number, next?: string) => {
    const page = await subject.log.listChats({ userId, limit, ...(next !== undefined && { next }) });
    return { ...page, ids: page.chats.map(({ id }) => id) };
  };
  const makeChats = async (userId: string, count: number) => {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push(await subject.group(userId));
    return ids;
  };

  it('lists the chats of a user, the one with the latest event first', async () => {
    const [user, other] = await subject.users(2);
    const [first, second, third] = (await makeChats(user, 3)) as [string, string, string];
    await subject.group(other);
    expect(await names(user, 10)).toMatchObject({ ids: [third, second, first], isComplete: true });
    await subject.sendMany(first, user, 1);
    expect((await names(user, 10)).ids).toEqual([first, third, second]);
    expect((await names('usr_nobody', 10)).ids).toEqual([]);
  });

  it('describes each chat as the lister sees it', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    const [owner, other] = users;
    await subject.sendMany(chatId, owner, 3);
    await subject.sendMany(chatId, other, 2);
    await subject.log.moveCursor({ chatId, userId: other, readSeq: 2 });
    const { chats } = await names(other, 10);
    const chat = {
      id: chatId,
      kind: 'group',
      name: 'A group',
      memberCount: 2,
      lastSeq: 6,
      readSeq: 2,
      unread: 2,
      lastMessage: { seq: 6, senderId: other, content: 'message 1' },
    };
    expect(chats).toMatchObject([chat]);
    expect(chats[0]?.members).toHaveLength(2);
    expect(chats[0]?.members).toContainEqual({ userId: owner, name: `Name of ${owner}`, role: 'owner' });
    expect(await subject.log.findChat(chatId, other)).toEqual(chats[0]);
  });

  it('does not count own messages as unread, and stops counting', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    await subject.sendMany(chatId, users[0], UNREAD_COUNTED - 1);
    await subject.sendMany(chatId, users[1], 5);
    const unread = async (userId: string) => (await subject.log.findChat(chatId, userId))?.unread;
    expect(await unread(users[0])).toBe(5);
    expect(await unread(users[1])).toBe(UNREAD_COUNTED - 1);
    await subject.sendMany(chatId, users[0], 10);
    expect(await unread(users[1])).toBe(UNREAD_COUNTED);
  });

  it('shows no last message from before the lister joined', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const [newcomer] = await subject.users(1);
    await subject.sendMany(chatId, users[0], 2);
    done(await subject.add(chatId, users[0], newcomer));
    const chat = await subject.log.findChat(chatId, newcomer);
    expect(chat).toMatchObject({ lastMessage: null, unread: 0, lastSeq: 4 });
  });

  it('shows a bounded number of members and counts all', async () => {
    const members = MEMBERS_LISTED + 5;
    const { chatId, users } = await subject.freshGroup(members);
    const chat = await subject.log.findChat(chatId, users[0]);
    expect(chat?.memberCount).toBe(members);
    expect(chat?.members).toHaveLength(MEMBERS_LISTED);
    done(await subject.leave(chatId, users[members - 1] as string));
    expect((await subject.log.findChat(chatId, users[0]))?.memberCount).toBe(members - 1);
  });

  it('leaves out chats that the user has left', async () => {
    const [user, other] = await subject.users(2);
    const chatId = await subject.group(other, user);
    done(await subject.leave(chatId, user));
    expect((await names(user, 10)).ids).toEqual([]);
    expect(await subject.log.findChat(chatId, user)).toBeUndefined();
  });

  it('shows a chat to nobody else', async () => {
    const { chatId } = await subject.freshGroup(1);
    const [stranger] = await subject.users(1);
    expect(await subject.log.findChat(chatId, stranger)).toBeUndefined();
    expect(await subject.log.findChat('chat_none', stranger)).toBeUndefined();
  });

  it('pages through all chats', async () => {
    const [user] = await subject.users(1);
    const ids = (await makeChats(user, 7)).toReversed();
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = [];
      let page = await names(user, limit);
      for (; !page.isComplete; page = await names(user, limit, page.next)) seen.push(...page.ids);
      expect([...seen, ...page.ids]).toEqual(ids);
    }
  });

  it('leaves no chat out when chats move while somebody pages', async () => {
    const [user] = await subject.users(1);
    const ids = await makeChats(user, 9);
    const seen = new Set<string>();
    let page = await names(user, 2);
    for (let round = 0; !page.isComplete; round++) {
      for (const id of page.ids) seen.add(id);
      // the oldest chats, which no page has reached yet, move to the top
      await subject.sendMany(ids[round % 3] as string, user, 1);
      page = await names(user, 3, page.next);
      expect(round).toBeLessThan(20);
    }
    for (const id of page.ids) seen.add(id);
    expect([...seen].sort()).toEqual([...ids].sort());
  });

  it('refuses a cursor that no page returned', async () => {
    const [user] = await subject.users(1);
    for (const next of ['', 'x', '1', '1.', '1.2.3', '-1.2', `${'9'.repeat(40)}.1`])
      await expect(subject.log.listChats({ userId: user, limit: 1, next })).rejects.toMatchObject({
        code: 'invalid_fields',
      });
  });
}

function describeEvents(subject: ChatLogSubject): void {
  it('reads the log without holes, by number and by bytes', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const userId = users[0];
    for (const content of ['a'.repeat(100), 'b'.repeat(100), '\u00e9'.repeat(60), 'd'])
      await subject.send(chatId, userId, content);
    const read = async (afterSeq: number, limit: number, maxBytes: number) => {
      const page = await subject.log.eventsAfter({ chatId, userId, afterSeq, limit, maxBytes });
      return page.events.map(({ seq }) => seq);
    };
    expect(await read(0, 100, 1e6)).toEqual([1, 2, 3, 4, 5]);
    expect(await read(0, 2, 1e6)).toEqual([1, 2]);
    expect(await read(1, 100, 200)).toEqual([2, 3]);
    expect(await read(1, 100, 199)).toEqual([2]);
    // one event is always read, or nobody would get past it
    expect(await read(1, 100, 1)).toEqual([2]);
    expect(await read(3, 100, 120)).toEqual([4]);
    expect(await read(3, 100, 121)).toEqual([4, 5]);
    expect(await read(5, 100, 1e6)).toEqual([]);
  });

  it('tells every kind of event as it was written', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const [guest] = await subject.users(1);
    const joined = done(await subject.add(chatId, users[0], guest)).events[0];
    await subject.send(chatId, users[0], 'words', 'id');
    const events = await subject.events(chatId, users[0]);
    expect(events).toMatchObject([
      { seq: 1, kind: 'chat', actorId: users[0], change: { change: 'created', kind: 'group', name: 'A group' } },
      { seq: 2 },
      { seq: 3, kind: 'message', actorId: users[0], content: 'words', clientMsgId: 'id' },
    ]);
    expect(events[1]).toEqual(joined);
    expect(events.map(({ gid }) => gid)).toEqual(events.map(({ gid }) => gid).toSorted((a, b) => a - b));
  });

  it('shows strangers nothing', async () => {
    const { chatId } = await subject.freshGroup(1);
    const [stranger] = await subject.users(1);
    const query = { userId: stranger, afterSeq: 0, limit: 10, maxBytes: 1_000 };
    expect(await subject.log.eventsAfter({ ...query, chatId })).toEqual({ events: [], floorSeq: 0 });
    expect(await subject.log.eventsAfter({ ...query, chatId: 'chat_none' })).toEqual({ events: [], floorSeq: 0 });
  });

  it('tells the heads of all chats of a user, or of those asked for', async () => {
    const [user, other] = await subject.users(2);
    const mine = await subject.group(user);
    const shared = await subject.group(other, user);
    const theirs = await subject.group(other);
    await subject.sendMany(shared, other, 2);
    const byId = (heads: readonly { chatId: string; headSeq: number }[]) =>
      Object.fromEntries(heads.map(({ chatId, headSeq }) => [chatId, headSeq]));
    expect(byId(await subject.log.heads(user))).toEqual({ [mine]: 1, [shared]: 3 });
    expect(byId(await subject.log.heads(user, [shared, theirs, 'chat_none']))).toEqual({ [shared]: 3 });
    expect(await subject.log.heads(user, [])).toEqual([]);
    expect(await subject.log.heads('usr_nobody')).toEqual([]);
  });
}
