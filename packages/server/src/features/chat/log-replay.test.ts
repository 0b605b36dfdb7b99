import { describe, expect, it } from 'vitest';
import { LogReplay } from './log-replay.ts';
import { createTestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem'];

describe('replaying a chat', () => {
  it('tells each event as it was told live', async () => {
    const { log, handlers, caller, group, published } = createTestChat(USERS);
    const chat_id = await group('ann');
    await handlers.add_group_member(caller('ann'), { group_id: chat_id, user_id: 'ben' });
    await handlers.message(caller('ann'), { chat_id, content: 'hi', client_msg_id: 'm' });
    await handlers.update_group(caller('ann'), { group_id: chat_id, group_name: 'New' });
    const page = await new LogReplay(log).read('ann', chat_id, 1, 100);
    const live = published.map((event) => (event.kind === 'chat' ? event.event : undefined));
    expect(page).toMatchObject({ toSeq: 4, events: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] });
    for (const [index, { push }] of page.events.entries()) {
      expect(push.message).toEqual(live[index]?.message);
      expect([push.class, push.isFrozen]).toEqual([live[index]?.class, live[index]?.isFrozen]);
    }
  });

  it('reads no more than asked for, and stays where it is when there is no more', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS);
    const chat_id = await group('ann');
    for (let i = 0; i < 4; i++) await handlers.message(caller('ann'), { chat_id, content: 'x' });
    const replay = new LogReplay(log);
    expect(await replay.read('ann', chat_id, 2, 2)).toMatchObject({ toSeq: 4, events: [{ seq: 3 }, { seq: 4 }] });
    expect(await replay.read('ann', chat_id, 5, 2)).toEqual({ toSeq: 5, events: [] });
    expect(await replay.read('ben', chat_id, 0, 2)).toEqual({ toSeq: 0, events: [] });
  });

  it('cuts pages of long messages, with at least one in each', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS, { contentMaxBytes: 200_000 });
    const chat_id = await group('ann');
    for (const size of [100_000, 100_000, 150_000]) {
      await handlers.message(caller('ann'), { chat_id, content: 'x'.repeat(size) });
    }
    const replay = new LogReplay(log);
    const sizes: number[] = [];
    for (let afterSeq = 1; afterSeq < 4; ) {
      const page = await replay.read('ann', chat_id, afterSeq, 200);
      sizes.push(page.events.length);
      afterSeq = page.toSeq;
    }
    expect(sizes).toEqual([1, 1, 1]);
  });

  it('says which events retention has removed', async () => {
    const { log, handlers, caller, group } = createTestChat(USERS);
    const chat_id = await group('ann');
    for (let i = 0; i < 4; i++) await handlers.message(caller('ann'), { chat_id, content: 'x' });
    log.chat(chat_id).floorSeq = 3;
    const replay = new LogReplay(log);
    expect(await replay.read('ann', chat_id, 1, 10)).toMatchObject({
      lostToSeq: 3,
      toSeq: 5,
      events: [{ seq: 4 }, { seq: 5 }],
    });
    expect(await replay.read('ann', chat_id, 3, 10)).not.toHaveProperty('lostToSeq');
    log.chat(chat_id).floorSeq = 5;
    expect(await replay.read('ann', chat_id, 1, 10)).toEqual({ lostToSeq: 5, toSeq: 5, events: [] });
  });
});
