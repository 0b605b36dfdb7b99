import { describe, expect, it } from 'vitest';
import { MemoryBus } from '../adapters/memory/bus.ts';
import { createChatFeature } from '../features/chat/chat-feature.ts';
import { MemoryChatLog } from '../features/chat/testing/memory-chat-log.ts';
import { createTestSession, type TestPeer } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

/** The session layer over the chat feature, and a group of two. */
async function setUp() {
  const log = new MemoryChatLog(['ann', 'ben', 'cem']);
  const bus = new MemoryBus();
  const limits = { contentMaxBytes: 1000, groupMaxMembers: 10, pageDefault: 50, pageMax: 200 };
  const chat = createChatFeature({ chatLog: log, bus, limits });
  const session = createTestSession({ bus, handlers: chat.handlers, replaySource: chat.replaySource });
  const group = { creatorId: 'ann', name: 'x', memberIds: ['ben'], clientOpId: undefined, maxMembers: 10 };
  const made = await log.createGroup(group);
  if (made.status === 'rejected') throw new Error('The group was refused.');
  const connect = (userId: string) => {
    const peer = session.connect(userId);
    peer.connection.acceptHello();
    return peer;
  };
  return { session, log, chatId: made.chatId, connect };
}

function send({ connection }: TestPeer, fields: object): void {
  connection.receive(JSON.stringify(fields));
}

/** The seqs a client is told, by reply or by push, in the order it reads them. */
function seqsTold({ wire }: TestPeer): (number | undefined)[] {
  return wire.messages.map(({ status, seq, payload }) => (status === 'success' ? (payload['seq'] as number) : seq));
}

describe('two who write to each other', () => {
  it('are each told every seq once and in order, replies and pushes together, also from one commit', async () => {
    const { session, log, chatId, connect } = await setUp();
    using _ = session;
    const [ann, ben] = [connect('ann'), connect('ben')];
    for (let round = 0; round < 5; round++) {
      log.hold();
      for (const peer of [ann, ben, ann, ann, ben]) send(peer, { type: 'message', chat_id: chatId, content: 'x' });
      log.commit();
      await turns();
    }
    const all = Array.from({ length: 25 }, (_, i) => i + 2);
    expect(seqsTold(ann)).toEqual(all);
    expect(seqsTold(ben)).toEqual(all);
    expect(ann.wire.messages.filter(({ status }) => status === 'success')).toHaveLength(15);
  });

  it('are told so too when the group changes between their messages', async () => {
    const { session, log, chatId, connect } = await setUp();
    using _ = session;
    const [ann, ben] = [connect('ann'), connect('ben')];
    log.hold();
    send(ann, { type: 'message', chat_id: chatId, content: 'x' });
    send(ann, { type: 'add_group_member', group_id: chatId, user_id: 'cem' });
    send(ben, { type: 'message', chat_id: chatId, content: 'x' });
    send(ann, { type: 'update_group', group_id: chatId, group_name: 'new' });
    send(ben, { type: 'leave_group', group_id: chatId });
    send(ann, { type: 'message', chat_id: chatId, content: 'x' });
    log.commit();
    await turns();
    expect(seqsTold(ann)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(seqsTold(ben)).toEqual([2, 3, 4, 5, 6]);
  });

  it('see their own messages once also while they catch up', async () => {
    const { session, log, chatId, connect } = await setUp();
    using _ = session;
    const [ann, ben] = [connect('ann'), connect('ben')];
    send(ben, { type: 'sync', chats: [[chatId, 0]] });
    log.hold();
    await turns();
    for (const peer of [ann, ben, ann]) send(peer, { type: 'message', chat_id: chatId, content: 'x' });
    log.commit();
    await turns(10);
    const told = ben.wire.messages.filter(({ type }) => type !== 'sync' && type !== 'caught_up');
    const seqs = told.map(({ status, seq, payload }) => (status === 'success' ? payload['seq'] : seq));
    expect(new Set(seqs)).toEqual(new Set([1, 2, 3, 4]));
    expect(seqs).toHaveLength(4);
  });
});
