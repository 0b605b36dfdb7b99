import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { createTestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem'];

describe('sync', () => {
  it('registers before it reads the heads, so that nothing falls in between, and starts with the heads it answers', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS);
    const chatId = await group('ann', 'ben');
    const ben = caller('ben');
    log.hold();
    const reply = handlers.sync(ben, { chats: [[chatId, 0]] });
    expect(ben.catchUps).toEqual([{ targets: [{ chatId, afterSeq: 0 }] }]);
    const late = handlers.message(caller('ann'), { chat_id: chatId, content: 'late' });
    log.commit();
    expect(await reply).toEqual({ heads: { [chatId]: 1 }, refused: [], pending: [] });
    await late;
    expect(ben.catchUps[0]?.started).toEqual(new Map([[chatId, 1]]));
  });

  it('refuses chats that are not the caller’s and cursors ahead of the log, each by itself', async () => {
    const { handlers, caller, group } = createTestChat(USERS);
    const [mine, ahead, theirs] = [await group('ann'), await group('ann'), await group('ben')];
    const ann = caller('ann');
    const reply = await handlers.sync(ann, {
      chats: [
        [mine, 1],
        [ahead, 2],
        [theirs, 0],
        ['__proto__', 0],
      ],
    });
    expect(reply.heads).toEqual({ [mine]: 1 });
    expect(reply.refused).toEqual([
      { chat_id: ahead, code: 'cursor_ahead' },
      { chat_id: theirs, code: 'chat_not_found' },
      { chat_id: '__proto__', code: 'chat_not_found' },
    ]);
    expect(ann.catchUps[0]?.started).toEqual(new Map([[mine, 1]]));
  });

  it('lets somebody who was removed read up to their removal', async () => {
    const { handlers, caller, group } = createTestChat(USERS);
    const chatId = await group('ann', 'ben');
    await handlers.remove_group_member(caller('ann'), { group_id: chatId, user_id: 'ben' });
    await handlers.message(caller('ann'), { chat_id: chatId, content: 'without ben' });
    expect((await handlers.sync(caller('ben'), { chats: [[chatId, 0]] })).heads).toEqual({ [chatId]: 2 });
    const ahead = await handlers.sync(caller('ben'), { chats: [[chatId, 3]] });
    expect(ahead.refused).toEqual([{ chat_id: chatId, code: 'cursor_ahead' }]);
  });

  it('takes the last cursor of a chat that is named twice, and starts it once', async () => {
    const { handlers, caller, group } = createTestChat(USERS);
    const chatId = await group('ann');
    const ann = caller('ann');
    await handlers.sync(ann, {
      chats: [
        [chatId, 0],
        [chatId, 1],
      ],
    });
    expect(ann.catchUps[0]?.targets).toEqual([{ chatId, afterSeq: 1 }]);
  });

  it('tells the fate of sends the client is not sure about', async () => {
    const { handlers, caller, group } = createTestChat(USERS);
    const chat_id = await group('ann');
    await handlers.message(caller('ann'), { chat_id, content: 'x', client_msg_id: 'sent' });
    const ann = caller('ann');
    expect((await handlers.sync(ann, { pending: ['lost', 'sent'] })).pending).toEqual([
      { client_msg_id: 'lost', status: 'unknown' },
      { client_msg_id: 'sent', status: 'accepted', chat_id, seq: 2, id: `${chat_id}:2` },
    ]);
    expect(ann.catchUps).toEqual([{ targets: [], started: new Map() }]);
  });

  it('comes to nothing when the storage cannot be read, instead of claiming that all was caught up', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS);
    const chatId = await group('ann');
    log.failure = new AppError('storage_unavailable');
    const ann = caller('ann');
    await expect(handlers.sync(ann, { chats: [[chatId, 0]] })).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(ann.catchUps[0]).toHaveProperty('started', undefined);
  });
});
