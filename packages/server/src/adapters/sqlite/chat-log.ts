import { AppError } from '../../kernel/app-error.ts';
import { createId } from '../../kernel/ids.ts';
import type { ChatLog, GroupChange, MessagePageQuery, MessageSend } from '../../ports/chat-log.ts';
import { formatChatListCursor, parseChatListCursor } from './reads/chat-list-cursor.ts';
import type { EventQuery } from './reads/events.ts';
import type { StorageCalls } from './storage-calls.ts';
import type { CursorMove } from './writes/cursors.ts';

/** The log of chats in the embedded database: each call is one operation of the writer or the reader thread. */
export class SqliteChatLog implements ChatLog {
  readonly durability: 'fsync' | 'process';
  readonly epoch: string;
  readonly #calls: StorageCalls;

  constructor(calls: StorageCalls, facts: Pick<ChatLog, 'durability' | 'epoch'>) {
    this.durability = facts.durability;
    this.epoch = facts.epoch;
    this.#calls = calls;
  }

  append(send: MessageSend): ReturnType<ChatLog['append']> {
    const { chatId, senderId, content, clientMsgId, wantMembers } = send;
    return this.#calls.writer.call('append', chatId, senderId, content, clientMsgId ?? null, wantMembers);
  }

  createGroup(group: Parameters<ChatLog['createGroup']>[0]): ReturnType<ChatLog['createGroup']> {
    return this.#calls.writer.call('createGroup', { ...group, chatId: createId('chat') });
  }

  openDirect(pair: Parameters<ChatLog['openDirect']>[0]): ReturnType<ChatLog['openDirect']> {
    return this.#calls.writer.call('openDirect', createId('chat'), pair.creatorId, pair.otherId);
  }

  changeGroup(change: GroupChange, limits: { readonly maxMembers: number }): ReturnType<ChatLog['changeGroup']> {
    return this.#calls.writer.call('changeGroup', change, limits.maxMembers);
  }

  moveCursor(move: CursorMove): ReturnType<ChatLog['moveCursor']> {
    return this.#calls.writer.call('moveCursor', move);
  }

  memberIds(chatId: string): Promise<readonly string[]> {
    return this.#calls.reader.call('memberIds', chatId);
  }

  /** @throws AppError `invalid_fields` when `next` is not a cursor of a list of chats */
  async listChats(query: Parameters<ChatLog['listChats']>[0]): ReturnType<ChatLog['listChats']> {
    const cursor = query.next === undefined ? undefined : parseChatListCursor(query.next);
    if (query.next !== undefined && cursor === undefined)
      throw new AppError('invalid_fields', { message: '`next` is not what a page of chats returned.' });
    const { chats, next } = await this.#calls.reader.call('listChats', query.userId, query.limit, cursor);
    return { chats, isComplete: next === undefined, ...(next && { next: formatChatListCursor(next) }) };
  }

  findChat(chatId: string, userId: string): ReturnType<ChatLog['findChat']> {
    return this.#calls.reader.call('findChat', chatId, userId);
  }

  listMessages(query: MessagePageQuery): ReturnType<ChatLog['listMessages']> {
    return this.#calls.reader.call('listMessages', query);
  }

  eventsAfter(query: EventQuery): ReturnType<ChatLog['eventsAfter']> {
    return this.#calls.reader.call('eventsAfter', query);
  }

  heads(userId: string, chatIds?: readonly string[]): ReturnType<ChatLog['heads']> {
    return this.#calls.reader.call('heads', userId, chatIds);
  }

  fates(userId: string, clientMsgIds: readonly string[]): ReturnType<ChatLog['fates']> {
    return this.#calls.reader.call('fates', userId, clientMsgIds);
  }
}
