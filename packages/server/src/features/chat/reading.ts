import { AppError } from '../../kernel/app-error.ts';
import { type CommandHandlers, identityOf } from '../../ports/caller.ts';
import type { ChatLog } from '../../ports/chat-log.ts';
import type { ChatLimits } from './chat-limits.ts';
import { chatView, listedMessageView } from './message-view.ts';
import type { Receipts } from './receipts.ts';

/** What reading needs. */
export interface ReadingDependencies {
  readonly chatLog: ChatLog;
  readonly receipts: Receipts;
  readonly limits: ChatLimits;
}

/** The commands that list chats and messages and move read cursors. */
export function createReadingHandlers(
  deps: ReadingDependencies,
): Pick<Required<CommandHandlers>, 'get_user_chats' | 'get_messages' | 'mark_read'> {
  const { chatLog, receipts, limits } = deps;
  const pageLimit = (asked: number | undefined) => Math.min(asked ?? limits.pageDefault, limits.pageMax);
  return {
    get_user_chats: async (caller, fields) => {
      const { userId } = identityOf(caller);
      // the frozen form lists all; a page may be asked for
      const limit = Math.min(fields.limit ?? limits.pageMax, limits.pageMax);
      const page = await chatLog.listChats({ userId, limit, ...(fields.next !== undefined && { next: fields.next }) });
      return {
        chats: page.chats.map(chatView),
        complete: page.isComplete,
        ...(page.next !== undefined && { next: page.next }),
      };
    },
    get_messages: async (caller, fields) => {
      const { userId } = identityOf(caller);
      const { chat_id: chatId, after_seq: afterSeq, before_seq: beforeSeq, limit } = fields;
      const isWholeChat = afterSeq === undefined && beforeSeq === undefined && limit === undefined;
      if (isWholeChat) await receipts.move({ chatId, userId, readSeq: Number.MAX_SAFE_INTEGER }, caller.connectionId);
      const page = await chatLog.listMessages({
        chatId,
        userId,
        limit: pageLimit(limit),
        ...(afterSeq !== undefined && { afterSeq }),
        ...(beforeSeq !== undefined && { beforeSeq }),
      });
      if (page.status === 'rejected') throw new AppError(page.code);
      return {
        messages: page.messages.map((message) => listedMessageView(chatId, message)),
        complete: page.isComplete,
        ...(page.next !== undefined && { next: page.next }),
      };
    },
    mark_read: async (caller, fields) => {
      const move = { chatId: fields.chat_id, userId: identityOf(caller).userId, readSeq: fields.up_to_seq };
      const cursor = await receipts.move(move, caller.connectionId);
      return { chat_id: fields.chat_id, read_seq: cursor.readSeq };
    },
  };
}
