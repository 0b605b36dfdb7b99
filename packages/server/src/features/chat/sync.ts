import type { COMMANDS, PayloadOf } from '@parley/protocol';
import { type CommandHandler, identityOf } from '../../ports/caller.ts';
import type { ChatLog, SendFate } from '../../ports/chat-log.ts';
import { messageId } from './message-view.ts';

type SyncPayload = PayloadOf<(typeof COMMANDS)['sync']>;

/**
 * The `sync` command: registers the catch-up first, so that nothing falls between the heads and the live events, then
 * reads the heads, answers, and replays.
 */
export function createSync(chatLog: ChatLog): CommandHandler<(typeof COMMANDS)['sync']> {
  return async (caller, fields) => {
    const { userId } = identityOf(caller);
    const cursors = new Map(fields.chats ?? []);
    const start = caller.registerCatchUp([...cursors].map(([chatId, afterSeq]) => ({ chatId, afterSeq })));
    let heads: Map<string, number> | undefined;
    try {
      const [listed, fates] = await Promise.all([
        cursors.size === 0 ? [] : chatLog.heads(userId, [...cursors.keys()]),
        fields.pending === undefined || fields.pending.length === 0 ? [] : chatLog.fates(userId, fields.pending),
      ]);
      const known = new Map(listed.map(({ chatId, headSeq }) => [chatId, headSeq]));
      const refused: SyncPayload['refused'] = [];
      for (const [chatId, afterSeq] of cursors) {
        const headSeq = known.get(chatId);
        if (headSeq === undefined) refused.push({ chat_id: chatId, code: 'chat_not_found' });
        else if (afterSeq > headSeq) refused.push({ chat_id: chatId, code: 'cursor_ahead' });
      }
      for (const { chat_id } of refused) known.delete(chat_id);
      heads = known;
      return { heads: Object.fromEntries(known), refused, pending: fates.map(fateView) };
    } finally {
      // also when reading failed, so that no chat is left waiting
      start(heads);
    }
  };
}

function fateView(fate: SendFate): SyncPayload['pending'][number] {
  if (fate.status === 'unknown') return { client_msg_id: fate.clientMsgId, status: 'unknown' };
  const { clientMsgId, chatId, seq } = fate;
  return { client_msg_id: clientMsgId, status: 'accepted', chat_id: chatId, seq, id: messageId(chatId, seq) };
}
