import { describe, expect, it } from 'vitest';
import { MemoryBus } from '../../adapters/memory/bus.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { BusEvent } from '../../ports/bus.ts';
import { FanOut } from './fan-out.ts';
import { MemberCache } from './member-cache.ts';
import { createSend } from './send.ts';
import { createTestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem'];

describe('sending a message', () => {
  it('answers with the stored message after the commit, and tells everybody in the chat', async () => {
    const { log, handlers, caller, group, chatEvents, published } = createTestChat(USERS);
    const chatId = await group('ann', 'ben');
    log.hold();
    const reply = handlers.message(caller('ann'), { chat_id: chatId, content: 'hi', client_msg_id: 'm1' });
    await Promise.resolve();
    expect(published).toEqual([]);
    log.commit();
    const view = await reply;
    expect(view).toEqual({
      id: `${chatId}:2`,
      chat_session_id: chatId,
      seq: 2,
      sender_id: 'ann',
      content: 'hi',
      timestamp: new Date(log.chats.nowMs).toISOString(),
      read_at: null,
      read_by: '[]',
      read_count: 0,
      client_msg_id: 'm1',
    });
    expect(chatEvents()).toEqual([['message:new', 2, ['ann', 'ben'], 'con_ann']]);
    expect(published[0]).toMatchObject({ event: { message: { payload: view, chat_id: chatId, seq: 2 } } });
  });

  it('answers a retry as a duplicate and tells nobody again', async () => {
    const { handlers, caller, group, chatEvents } = createTestChat(USERS);
    const chat_id = await group('ann', 'ben');
    const send = () => handlers.message(caller('ann'), { chat_id, content: 'hi', client_msg_id: 'm1' });
    const first = await send();
    expect(await send()).toEqual({ ...first, duplicate: true });
    expect(chatEvents()).toHaveLength(1);
  });

  it('keeps the order of one connection, and of the log for everybody', async () => {
    const { handlers, caller, group, chatEvents } = createTestChat(USERS);
    const chat_id = await group('ann', 'ben');
    const sends = Array.from({ length: 50 }, async (_, i) =>
      handlers.message(caller(i % 2 === 0 ? 'ann' : 'ben'), { chat_id, content: `${i}` }),
    );
    const views = await Promise.all(sends);
    expect(views.map(({ seq, content }) => [seq, content])).toEqual(views.map((_, i) => [i + 2, `${i}`]));
    expect(chatEvents().map(([, seq]) => seq)).toEqual(views.map(({ seq }) => seq));
  });

  it('asks for the members once, and knows them from then on', async () => {
    const { log, handlers, caller, group, chatEvents } = createTestChat(USERS);
    const chat_id = await group('ann', 'ben');
    const asked: boolean[] = [];
    const { append } = log;
    log.append = (send) => {
      asked.push(send.wantMembers);
      return append(send);
    };
    await handlers.message(caller('ann'), { chat_id, content: '1' });
    await handlers.message(caller('ann'), { chat_id, content: '2' });
    await handlers.add_group_member(caller('ann'), { group_id: chat_id, user_id: 'cem' });
    await handlers.message(caller('ann'), { chat_id, content: '3' });
    expect(asked).toEqual([true, false, false]);
    expect(chatEvents().at(-1)?.[2]).toEqual(['ann', 'ben', 'cem']);
  });

  it('tells who is in the chat at that seq, when members change in the same commit', async () => {
    const { log, handlers, caller, group, chatEvents } = createTestChat(USERS);
    const chat_id = await group('ann', 'ben');
    await handlers.message(caller('ann'), { chat_id, content: '1' });
    log.hold();
    const done = Promise.all([
      handlers.message(caller('ann'), { chat_id, content: '2' }),
      handlers.remove_group_member(caller('ann'), { group_id: chat_id, user_id: 'ben' }),
      handlers.message(caller('ann'), { chat_id, content: '3' }),
      handlers.add_group_member(caller('ann'), { group_id: chat_id, user_id: 'cem' }),
      handlers.message(caller('ann'), { chat_id, content: '4' }),
    ]);
    log.commit();
    await done;
    expect(chatEvents().map(([type, seq, members]) => [type, seq, members])).toEqual([
      ['message:new', 2, ['ann', 'ben']],
      ['message:new', 3, ['ann', 'ben']],
      ['member:changed', 4, ['ann', 'ben']],
      ['message:new', 5, ['ann']],
      ['member:changed', 6, ['ann', 'cem']],
      ['message:new', 7, ['ann', 'cem']],
    ]);
  });

  it('reaches the members even where the cache cannot hold them', async () => {
    const { caller, group, send, published } = setUpWithCache(2);
    const chat_id = await group('ann', 'ben', 'cem');
    await send(caller('ann'), { chat_id, content: 'hi' });
    expect(published).toMatchObject([{ memberIds: ['ann', 'ben', 'cem'] }]);
  });

  it('lets go of the members when it is done, also when it failed, so that others have room in the cache', async () => {
    const { log, caller, group, send, members } = setUpWithCache(3);
    const [chat_id, other] = [await group('ann'), await group('ann', 'ben', 'cem')];
    for (let i = 0; i < 3; i++) await send(caller('ann'), { chat_id, content: 'hi' });
    log.failure = new AppError('storage_unavailable');
    await expect(send(caller('ann'), { chat_id, content: 'hi' })).rejects.toThrow();
    log.failure = undefined;
    expect(members.get(chat_id)).toEqual(['ann']);
    await send(caller('ann'), { chat_id: other, content: 'hi' });
    expect([members.get(chat_id), members.get(other)?.length]).toEqual([undefined, 3]);
  });
});

/** The command over a cache of so many members. */
function setUpWithCache(maxMembers: number) {
  const { log, caller, group } = createTestChat(USERS);
  const bus = new MemoryBus();
  const published: BusEvent[] = [];
  bus.subscribe((event) => published.push(event));
  const members = new MemberCache(maxMembers);
  const limits = { contentMaxBytes: 100, groupMaxMembers: 5, pageDefault: 3, pageMax: 6 };
  const send = createSend({ chatLog: log, members, fanOut: new FanOut(bus, members), limits });
  return { log, caller, group, send, members, published };
}

describe('a message that cannot be sent', () => {
  it('is refused with the code of the log', async () => {
    const { handlers, caller, group, published } = createTestChat(USERS);
    const chat_id = await group('ann');
    const other = await group('ann');
    await handlers.message(caller('ann'), { chat_id, content: 'hi', client_msg_id: 'm1' });
    published.length = 0;
    const refused = async (userId: string, fields: Parameters<typeof handlers.message>[1]) =>
      Promise.resolve(handlers.message(caller(userId), fields)).then(
        () => 'sent',
        (failure: AppError) => failure.code,
      );
    expect(await refused('ben', { chat_id, content: 'hi' })).toBe('chat_not_found');
    expect(await refused('ann', { chat_id: 'none', content: 'hi' })).toBe('chat_not_found');
    expect(await refused('ann', { chat_id, content: 'ho', client_msg_id: 'm1' })).toBe('idempotency_conflict');
    expect(await refused('ann', { chat_id: other, content: 'hi', client_msg_id: 'm1' })).toBe('idempotency_conflict');
    expect(published).toEqual([]);
  });

  it('is measured in bytes, exactly', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS, { contentMaxBytes: 10 });
    const chat_id = await group('ann');
    for (const content of ['x'.repeat(10), 'é'.repeat(5), '€€€x', '😀😀xx']) {
      await expect(handlers.message(caller('ann'), { chat_id, content })).resolves.toMatchObject({ content });
    }
    const appends = log.calls.length;
    for (const content of ['x'.repeat(11), 'é'.repeat(5) + 'x', '€€€€', '😀😀xxx', '\ud83d'.repeat(4)]) {
      expect(() => handlers.message(caller('ann'), { chat_id, content })).toThrow(
        expect.objectContaining({ code: 'content_too_long', message: expect.stringContaining('10 bytes') }),
      );
    }
    expect(log.calls).toHaveLength(appends);
  });

  it('because the storage failed is told so, and leaves the cache as it was', async () => {
    const { log, handlers, caller, group, chatEvents } = createTestChat(USERS);
    const chat_id = await group('ann', 'ben');
    await handlers.message(caller('ann'), { chat_id, content: '1' });
    log.failure = new AppError('storage_unavailable');
    for (let i = 0; i < 3; i++) {
      await expect(handlers.message(caller('ann'), { chat_id, content: 'x' })).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
    }
    log.failure = undefined;
    await handlers.message(caller('ann'), { chat_id, content: '2' });
    expect(chatEvents().map(([, seq, members]) => [seq, members])).toEqual([
      [2, ['ann', 'ben']],
      [3, ['ann', 'ben']],
    ]);
  });
});
