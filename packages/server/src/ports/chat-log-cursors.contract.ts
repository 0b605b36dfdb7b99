import { expect, it } from 'vitest';
import { READERS_LISTED, type ReadCursor, type Rejected } from './chat-log.ts';
import { type ChatLogSubject, done, expectRejected } from './chat-log-subject.contract.ts';

/** What `moveCursor` promises, and what lists derive from cursors. */
export function describeCursors(subject: ChatLogSubject): void {
  const read = (chatId: string, userId: string, readSeq: number): Promise<ReadCursor | Rejected> =>
    subject.log.moveCursor({ chatId, userId, readSeq });
  const newest = async (chatId: string, userId: string, limit = 1) => {
    const page = await subject.log.listMessages({ chatId, userId, limit });
    if (page.status !== 'ok') throw new Error(`The page was refused: ${page.code}.`);
    return page.messages;
  };

  it('moves forward, never back, and never beyond the head', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    await subject.sendMany(chatId, users[0], 3);
    subject.setNow(1_800_000_020_000);
    const moved = { status: 'ok', isMoved: true, atMs: 1_800_000_020_000 };
    expect(await read(chatId, users[1], 2)).toMatchObject({ ...moved, readSeq: 2, deliveredSeq: 2 });
    expect(await read(chatId, users[1], 1)).toMatchObject({ isMoved: false, readSeq: 2 });
    expect(await read(chatId, users[1], Number.MAX_SAFE_INTEGER)).toMatchObject({ ...moved, readSeq: 4 });
    expect(await read(chatId, users[1], Number.MAX_SAFE_INTEGER)).toMatchObject({ isMoved: false, readSeq: 4 });
  });

  it('tells the members when it moved, and nobody when it did not', async () => {
    const { chatId, users } = await subject.freshGroup(3);
    const moved = (await read(chatId, users[1], 1)) as ReadCursor;
    expect([...moved.memberIds].sort()).toEqual([...users].sort());
    expect(await read(chatId, users[1], 1)).toMatchObject({ isMoved: false, memberIds: [] });
  });

  it('takes reading for delivery, but not delivery for reading', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    await subject.sendMany(chatId, users[0], 4);
    const move = { chatId, userId: users[1] };
    expect(await subject.log.moveCursor({ ...move, deliveredSeq: 4 })).toMatchObject({ readSeq: 0, deliveredSeq: 4 });
    expect(await subject.log.moveCursor({ ...move, readSeq: 2 })).toMatchObject({ readSeq: 2, deliveredSeq: 4 });
    expect(await subject.log.moveCursor({ ...move, readSeq: 5 })).toMatchObject({ readSeq: 5, deliveredSeq: 5 });
    expect(await subject.log.moveCursor({ ...move, deliveredSeq: 3 })).toMatchObject({
      isMoved: false,
      deliveredSeq: 5,
    });
  });

  it('refuses strangers and former members', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    const [stranger] = await subject.users(1);
    expectRejected(await read(chatId, stranger, 1), 'chat_not_found');
    expectRejected(await read('chat_none', users[0], 1), 'chat_not_found');
    done(await subject.leave(chatId, users[1]));
    expectRejected(await read(chatId, users[1], 2), 'chat_not_found');
  });

  it('tells who read a message, without its sender, and when the first of them did', async () => {
    const { chatId, users } = await subject.freshGroup(3);
    const [sender, early, late] = users;
    await subject.sendMany(chatId, sender, 2);
    expect(await newest(chatId, sender)).toMatchObject([{ seq: 3, readAtMs: null, readerIds: [], readCount: 0 }]);
    subject.setNow(1_800_000_030_000);
    await read(chatId, sender, 3);
    expect(await newest(chatId, sender)).toMatchObject([{ readAtMs: null, readerIds: [], readCount: 0 }]);
    subject.setNow(1_800_000_031_000);
    await read(chatId, early, 2);
    subject.setNow(1_800_000_032_000);
    await read(chatId, late, 3);
    subject.setNow(1_800_000_033_000);
    await read(chatId, early, 3);
    const [first, second] = await newest(chatId, sender, 2);
    expect(first).toMatchObject({ seq: 2, readAtMs: 1_800_000_031_000, readCount: 2 });
    expect(second).toMatchObject({ seq: 3, readAtMs: 1_800_000_032_000, readCount: 2 });
    expect([...(second?.readerIds ?? [])].sort()).toEqual([early, late].sort());
  });

  it('finds the first read of each message, however readers advanced', async () => {
    const { chatId, users } = await subject.freshGroup(3);
    const [sender, a, b] = users;
    const seqs = await subject.sendMany(chatId, sender, 8);
    const reads: [user: string, seq: number, atMs: number][] = [
      [a, 3, 10],
      [b, 6, 20],
      [a, 4, 30],
      [a, 9, 40],
      [b, 9, 50],
    ];
    for (const [user, seq, atMs] of reads) {
      subject.setNow(1_800_000_040_000 + atMs);
      await read(chatId, user, seq);
    }
    const firstRead = (seq: number) => reads.find(([, upTo]) => upTo >= seq)?.[2] ?? 0;
    const page = await newest(chatId, sender, 50);
    expect(page.map(({ seq, readAtMs }) => [seq, readAtMs])).toEqual(
      seqs.map((seq) => [seq, 1_800_000_040_000 + firstRead(seq)]),
    );
    // a page that begins in the middle of an advance
    expect((await newest(chatId, sender, 3)).map(({ readAtMs }) => readAtMs)).toEqual([
      ...[7, 8, 9].map((seq) => 1_800_000_040_000 + firstRead(seq)),
    ]);
  });

  it('does not count a reader for messages from before they joined', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const [newcomer] = await subject.users(1);
    await subject.sendMany(chatId, users[0], 1);
    done(await subject.add(chatId, users[0], newcomer));
    await subject.sendMany(chatId, users[0], 1);
    await read(chatId, newcomer, 4);
    expect(await newest(chatId, users[0], 2)).toMatchObject([
      { seq: 2, readCount: 0, readAtMs: null },
      { seq: 4, readCount: 1, readerIds: [newcomer] },
    ]);
  });

  it('still counts a reader who has left', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    await subject.sendMany(chatId, users[0], 1);
    await read(chatId, users[1], 2);
    done(await subject.leave(chatId, users[1]));
    expect(await newest(chatId, users[0])).toMatchObject([{ readCount: 1, readerIds: [users[1]] }]);
  });

  it('lists a bounded number of readers and counts all', async () => {
    const members = READERS_LISTED + 11;
    const { chatId, users } = await subject.freshGroup(members);
    await subject.sendMany(chatId, users[0], 1);
    await Promise.all(users.slice(1, members).map((user) => read(chatId, user, 2)));
    const [message] = await newest(chatId, users[0]);
    expect(message?.readCount).toBe(members - 1);
    expect(new Set(message?.readerIds).size).toBe(READERS_LISTED);
    expect(message?.readerIds).not.toContain(users[0]);
  });
}
