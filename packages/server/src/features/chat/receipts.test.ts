import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestChat } from './testing/test-chat.ts';

const USERS = ['ann', 'ben', 'cem'];

/** A chat with messages up to seq 6; returns what marks it read and the receipts told so far. */
async function setUp() {
  const { log, feature, handlers, caller, group, published } = createTestChat(USERS);
  const chat_id = await group('ann', 'ben', 'cem');
  for (let i = 0; i < 5; i++) await handlers.message(caller('ann'), { chat_id, content: 'x' });
  published.length = 0;
  return {
    log,
    feature,
    chat_id,
    mark: (userId: string, up_to_seq: number, connectionId?: string) =>
      handlers.mark_read(caller(userId, connectionId), { chat_id, up_to_seq }),
    told: () =>
      published.flatMap((event) =>
        event.kind === 'users' ? [{ ...event.push.message, to: event.userIds, origin: event.origin }] : [],
      ),
  };
}

describe('receipts', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are told to the whole chat a moment after the cursor moved, the latest of each reader winning', async () => {
    const { log, chat_id, mark, told } = await setUp();
    await mark('ben', 2);
    await mark('ben', 4, 'con_other');
    await mark('cem', 3);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(200);
    const receipt = { chat_id, at: new Date(log.chats.nowMs).toISOString() };
    expect(told()).toMatchObject([
      { type: 'receipt', payload: { ...receipt, user_id: 'ben', read_seq: 4, delivered_seq: 4 }, origin: 'con_other' },
      { type: 'receipt', payload: { ...receipt, user_id: 'cem', read_seq: 3, delivered_seq: 3 }, origin: 'con_cem' },
    ]);
    expect(told()[0]?.to).toEqual(USERS);
    vi.advanceTimersByTime(10_000);
    expect(told()).toHaveLength(2);
  });

  it('are told once for many moves, and again for later ones', async () => {
    const { mark, told } = await setUp();
    for (let seq = 1; seq <= 5; seq++) await mark('ben', seq);
    vi.advanceTimersByTime(200);
    await mark('ben', 6);
    vi.advanceTimersByTime(200);
    expect(told().map(({ payload }) => (payload as { read_seq: number }).read_seq)).toEqual([5, 6]);
  });

  it('are not told when the cursor stayed where it was', async () => {
    const { mark, told } = await setUp();
    await mark('ben', 4);
    vi.advanceTimersByTime(200);
    await mark('ben', 4);
    await mark('ben', 1);
    vi.advanceTimersByTime(200);
    expect(told()).toHaveLength(1);
  });

  it('are told at once when the server stops, and not again', async () => {
    const { feature, mark, told } = await setUp();
    await mark('ben', 2);
    feature.flush();
    feature.flush();
    expect(told()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of users whose ids have blanks in them do not mix', async () => {
    const { log, handlers, caller, published } = createTestChat(['ann', 'ann b', 'b']);
    const [one, two] = await Promise.all(
      ['x', 'y'].map((name) =>
        log.createGroup({ creatorId: 'ann', name, memberIds: ['ann b', 'b'], clientOpId: undefined, maxMembers: 9 }),
      ),
    );
    for (const made of [one, two]) {
      if (made?.status !== 'ok') throw new Error('The group was refused.');
      for (const userId of ['ann', 'ann b', 'b']) {
        await handlers.mark_read(caller(userId), { chat_id: made.chatId, up_to_seq: 1 });
      }
    }
    vi.advanceTimersByTime(200);
    expect(published).toHaveLength(6);
  });
});
