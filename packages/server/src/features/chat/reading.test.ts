import { describe, expect, it } from 'vitest';
import { createTestChat, type TestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem'];

async function chatWithMessages(chat: TestChat, count: number): Promise<string> {
  const chat_id = await chat.group('ann', 'ben');
  for (let i = 0; i < count; i++) await chat.handlers.message(chat.caller('ann'), { chat_id, content: `${i}` });
  return chat_id;
}

describe('get_messages', () => {
  it('alone gives the newest page in ascending order and marks everything read, before it answers', async () => {
    const chat = createTestChat(USERS);
    const { log, handlers, caller } = chat;
    const chat_id = await chatWithMessages(chat, 5);
    log.calls.length = 0;
    const page = await handlers.get_messages(caller('ben'), { chat_id });
    expect(page.messages.map(({ seq }) => seq)).toEqual([4, 5, 6]);
    expect(page).toMatchObject({ complete: false, next: 4 });
    expect(log.calls).toEqual(['moveCursor', 'listMessages']);
    expect(log.chat(chat_id).members.get('ben')?.readSeq).toBe(6);
  });

  it('with a cursor or a limit marks nothing', async () => {
    const chat = createTestChat(USERS);
    const { log, handlers, caller } = chat;
    const chat_id = await chatWithMessages(chat, 5);
    for (const fields of [{ after_seq: 0 }, { before_seq: 5 }, { limit: 2 }]) {
      await handlers.get_messages(caller('ben'), { chat_id, ...fields });
    }
    expect(log.chat(chat_id).members.get('ben')?.readSeq).toBe(0);
    expect(log.calls).not.toContain('moveCursor');
  });

  it('walks the whole chat from a cursor, in both directions', async () => {
    const chat = createTestChat(USERS);
    const { handlers, caller } = chat;
    const chat_id = await chatWithMessages(chat, 8);
    const walk = async (direction: 'after_seq' | 'before_seq', from: number) => {
      const seen: number[][] = [];
      for (let next: number | undefined = from; next !== undefined; ) {
        const page: Awaited<ReturnType<typeof handlers.get_messages>> = await handlers.get_messages(caller('ben'), {
          chat_id,
          [direction]: next,
        });
        expect(page.complete).toBe(page.next === undefined);
        seen.push(page.messages.map(({ seq }) => seq));
        next = page.next;
      }
      return seen;
    };
    expect(await walk('after_seq', 0)).toEqual([
      [2, 3, 4],
      [5, 6, 7],
      [8, 9],
    ]);
    expect(await walk('before_seq', 10)).toEqual([
      [7, 8, 9],
      [4, 5, 6],
      [2, 3],
    ]);
  });

  it('gives no more than the largest page, however much is asked for', async () => {
    const chat = createTestChat(USERS);
    const chat_id = await chatWithMessages(chat, 10);
    const page = await chat.handlers.get_messages(chat.caller('ben'), { chat_id, limit: 1_000_000 });
    expect(page.messages).toHaveLength(6);
  });

  it('lists who has read what, as JSON text', async () => {
    const chat = createTestChat(USERS);
    const { log, handlers, caller } = chat;
    const chat_id = await chatWithMessages(chat, 1);
    await handlers.get_messages(caller('ben'), { chat_id });
    const { messages } = await handlers.get_messages(caller('ann'), { chat_id, limit: 1 });
    expect(messages[0]).toMatchObject({
      read_by: '["ben"]',
      read_count: 1,
      read_at: new Date(log.chats.nowMs).toISOString(),
    });
  });

  it('is refused to strangers, whatever they ask for', async () => {
    const chat = createTestChat(USERS);
    const chat_id = await chatWithMessages(chat, 1);
    for (const fields of [{ chat_id }, { chat_id, limit: 1 }, { chat_id: '__proto__', after_seq: 0 }]) {
      await expect(chat.handlers.get_messages(chat.caller('cem'), fields)).rejects.toMatchObject({
        code: 'chat_not_found',
      });
    }
  });
});

describe('get_user_chats', () => {
  it('lists the chats of the caller, the one with the latest event first', async () => {
    const chat = createTestChat(USERS);
    const { handlers, caller } = chat;
    const first = await chatWithMessages(chat, 2);
    const second = await chat.group('ben');
    await chat.group('cem');
    const page = await handlers.get_user_chats(caller('ben'), {});
    expect(page).toMatchObject({ complete: true, chats: [{ id: second }, { id: first }] });
    expect(page.chats[1]).toMatchObject({
      kind: 'group',
      member_count: 2,
      last_seq: 3,
      read_seq: 0,
      unread: 2,
      last_message: { seq: 3, content: '1' },
    });
    expect(page).not.toHaveProperty('next');
  });

  it('pages, with no page larger than the largest', async () => {
    const chat = createTestChat(USERS);
    const { handlers, caller } = chat;
    for (let i = 0; i < 8; i++) await chat.group('ann');
    const first = await handlers.get_user_chats(caller('ann'), { limit: 1_000_000 });
    expect([first.chats.length, first.complete]).toEqual([6, false]);
    const second = await handlers.get_user_chats(caller('ann'), { next: first.next });
    expect([second.chats.length, second.complete]).toEqual([2, true]);
    expect(new Set([...first.chats, ...second.chats].map(({ id }) => id)).size).toBe(8);
  });
});

describe('mark_read', () => {
  it('moves the cursor forward only, and never beyond the head', async () => {
    const chat = createTestChat(USERS);
    const chat_id = await chatWithMessages(chat, 3);
    const mark = (up_to_seq: number) => chat.handlers.mark_read(chat.caller('ben'), { chat_id, up_to_seq });
    expect(await mark(3)).toEqual({ chat_id, read_seq: 3 });
    expect(await mark(1)).toEqual({ chat_id, read_seq: 3 });
    expect(await mark(Number.MAX_SAFE_INTEGER)).toEqual({ chat_id, read_seq: 4 });
    const stranger = chat.handlers.mark_read(chat.caller('cem'), { chat_id, up_to_seq: 1 });
    await expect(stranger).rejects.toMatchObject({ code: 'chat_not_found' });
  });
});
