import { expect, it } from 'vitest';
import { type ChatLogSubject, expectRejected, stored } from './chat-log-subject.contract.ts';

/** What `append` and `fates` promise. */
export function describeSending(subject: ChatLogSubject): void {
  it('numbers messages without gaps, after the event that made the chat', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    expect(await subject.sendMany(chatId, users[0], 3)).toEqual([2, 3, 4]);
    expect(stored(await subject.send(chatId, users[1])).seq).toBe(5);
  });

  it('tells the time of its clock and a gid that grows over all chats', async () => {
    const [a, b] = await Promise.all([subject.freshGroup(1), subject.freshGroup(1)]);
    subject.setNow(1_800_000_000_123);
    const first = stored(await subject.send(a.chatId, a.users[0]));
    const second = stored(await subject.send(b.chatId, b.users[0]));
    expect(first).toEqual({ status: 'ok', isDuplicate: false, seq: 2, gid: first.gid, timestampMs: 1_800_000_000_123 });
    expect(second.gid).toBeGreaterThan(first.gid);
  });

  it('resolves the sends of a chat in the order of their seq', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    const order: number[] = [];
    const sends = Array.from({ length: 600 }, async (_, i) => {
      order.push(stored(await subject.send(chatId, users[i % 2] as string)).seq);
    });
    await Promise.all(sends);
    expect(order).toEqual(Array.from({ length: 600 }, (_, i) => i + 2));
  });

  it('shows a message to every read that begins after its promise resolved', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    for (let i = 0; i < 20; i++) {
      const { seq } = stored(await subject.send(chatId, users[0]));
      expect(await subject.head(chatId, users[1])).toBe(seq);
    }
  });

  it('tells the members when asked for them', async () => {
    const { chatId, users } = await subject.freshGroup(3);
    const outcome = await subject.log.append({
      chatId,
      senderId: users[0],
      content: 'x',
      clientMsgId: undefined,
      wantMembers: true,
    });
    expect([...(stored(outcome).memberIds ?? [])].sort()).toEqual([...users].sort());
  });

  it('keeps any text as it was sent', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const texts = ['\0', 'zero\0inside', '😀 e\u0301 é', '"quotes" and \\', 'x'.repeat(32 * 1024), ' ', '\r\n\t'];
    for (const text of texts) stored(await subject.send(chatId, users[0], text));
    const page = await subject.log.listMessages({ chatId, userId: users[0], limit: 50 });
    expect(page).toMatchObject({ status: 'ok', messages: texts.map((content) => ({ content })) });
  });

  it('refuses strangers, former members and chats that do not exist, all with the same words', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    const [stranger] = await subject.users(1);
    await subject.remove(chatId, users[0], users[1]);
    expectRejected(await subject.send(chatId, stranger), 'chat_not_found');
    expectRejected(await subject.send(chatId, users[1]), 'chat_not_found');
    expectRejected(await subject.send(chatId, 'usr_nobody'), 'chat_not_found');
    expectRejected(await subject.send('chat_none', users[0]), 'chat_not_found');
  });

  it('spends no seq on what it refuses', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const [stranger] = await subject.users(1);
    const outcomes = await Promise.all([
      subject.send(chatId, stranger),
      subject.send(chatId, users[0], 'one', 'id'),
      subject.send(chatId, users[0], 'other', 'id'),
      subject.send(chatId, stranger),
      subject.send(chatId, users[0]),
    ]);
    expect(outcomes.map((outcome) => (outcome.status === 'ok' ? outcome.seq : outcome.code))).toEqual([
      'chat_not_found',
      2,
      'idempotency_conflict',
      'chat_not_found',
      3,
    ]);
  });

  it('answers a retry with the first outcome and writes nothing', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    subject.setNow(1_800_000_001_000);
    const first = stored(await subject.send(chatId, users[0], 'once', 'm1'));
    subject.setNow(1_800_000_002_000);
    await subject.send(chatId, users[1], 'between');
    expect(await subject.send(chatId, users[0], 'once', 'm1')).toEqual({ ...first, isDuplicate: true });
    expect(await subject.head(chatId, users[0])).toBe(3);
  });

  it('stores one of many identical sends under way at once', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => subject.send(chatId, users[0], 'same', 'm')));
    expect(outcomes.map((outcome) => stored(outcome).seq)).toEqual(Array(50).fill(2));
    expect(outcomes.filter((outcome) => !stored(outcome).isDuplicate)).toHaveLength(1);
  });

  it('recognises a retry of text that is not well-formed', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    stored(await subject.send(chatId, users[0], 'half \ud83d', 'm'));
    expect(await subject.send(chatId, users[0], 'half \ud83d', 'm')).toMatchObject({ status: 'ok', isDuplicate: true });
  });

  it('stores equal messages without an id each time', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const outcomes = await Promise.all([subject.send(chatId, users[0]), subject.send(chatId, users[0])]);
    expect(outcomes.map((outcome) => stored(outcome).seq)).toEqual([2, 3]);
  });

  it('refuses an id that was used for other content or in another chat', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const other = await subject.group(users[0]);
    stored(await subject.send(chatId, users[0], 'one', 'm'));
    expectRejected(await subject.send(chatId, users[0], 'two', 'm'), 'idempotency_conflict');
    expectRejected(await subject.send(other, users[0], 'one', 'm'), 'idempotency_conflict');
    expect(await subject.head(other, users[0])).toBe(1);
  });

  it('lets two users use the same id', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    expect(stored(await subject.send(chatId, users[0], 'mine', 'm')).seq).toBe(2);
    expect(stored(await subject.send(chatId, users[1], 'mine too', 'm')).seq).toBe(3);
  });

  it('refuses the retry of somebody who was removed meanwhile', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    stored(await subject.send(chatId, users[1], 'once', 'm'));
    await subject.remove(chatId, users[0], users[1]);
    expectRejected(await subject.send(chatId, users[1], 'once', 'm'), 'chat_not_found');
  });

  it('remembers nothing of what it refused', async () => {
    const { chatId, users } = await subject.freshGroup(1);
    const [late] = await subject.users(1);
    expectRejected(await subject.send(chatId, late, 'early', 'm'), 'chat_not_found');
    await subject.add(chatId, users[0], late);
    expect(await subject.send(chatId, late, 'other', 'm')).toMatchObject({ status: 'ok', isDuplicate: false, seq: 3 });
  });

  it('tells the fate of sends in the order asked, of this user only', async () => {
    const { chatId, users } = await subject.freshGroup(2);
    stored(await subject.send(chatId, users[0], 'a', 'first'));
    stored(await subject.send(chatId, users[0], 'b', 'second'));
    stored(await subject.send(chatId, users[1], 'c', 'theirs'));
    expect(await subject.log.fates(users[0], ['second', 'never', 'theirs', 'first'])).toEqual([
      { clientMsgId: 'second', status: 'accepted', chatId, seq: 3 },
      { clientMsgId: 'never', status: 'unknown' },
      { clientMsgId: 'theirs', status: 'unknown' },
      { clientMsgId: 'first', status: 'accepted', chatId, seq: 2 },
    ]);
    expect(await subject.log.fates(users[0], [])).toEqual([]);
  });
}
