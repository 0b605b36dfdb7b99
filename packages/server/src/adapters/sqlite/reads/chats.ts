import type { DatabaseSync } from 'node:sqlite';
import {
  type ChatHead,
  type ChatKind,
  type ListedChat,
  type ListedMember,
  MEMBERS_LISTED,
  UNREAD_COUNTED,
} from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import { prepare, prepareTuples, type Statement } from '../prepare.ts';
import type { ChatListCursor } from './chat-list-cursor.ts';
import type { MessageReads } from './messages.ts';
import type { Views } from './view.ts';

/** A chat with the row of the member who lists it. */
interface ChatRow {
  readonly chat: number;
  readonly id: string;
  readonly kind: ChatKind;
  readonly name: string | null;
  readonly memberCount: number;
  readonly lastSeq: number;
  readonly lastMessageSeq: number;
  readonly lastGid: number;
  readonly user: number;
  readonly fromSeq: number;
  readonly readSeq: number;
  readonly unread: number;
}

/** A page of a list of chats. */
export interface ChatListPage {
  readonly chats: readonly ListedChat[];
  readonly next: ChatListCursor | undefined;
}

/** Lists chats as their members see them. */
export class ChatReads {
  readonly #views: Views;
  readonly #messages: MessageReads;
  readonly #latest: Statement<ChatRow>;
  readonly #moved: Statement<ChatRow>;
  readonly #one: Statement<ChatRow>;
  readonly #members: Statement<ListedMember>;
  readonly #memberIds: Statement<[userId: string]>;
  readonly #heads: Statement<ChatHead>;

  constructor(database: DatabaseSync, views: Views, messages: MessageReads) {
    this.#views = views;
    this.#messages = messages;
    // the count must not be made for chats that the limit cuts off, so it is made around the limited list
    const counted = (rows: string) => `
      SELECT l.*, (SELECT count(*) FROM (SELECT 1 FROM events e WHERE e.chat = l.chat AND e.seq > l.readSeq AND e.kind = ${EVENT_KINDS.message}
        AND e.actor <> l.user LIMIT ${UNREAD_COUNTED})) AS unread FROM (${rows}) l`;
    const rows = `
      SELECT c.id AS chat, c.chat_id AS id, c.kind, c.name, c.member_count AS memberCount, c.last_seq AS lastSeq,
        c.last_message_seq AS lastMessageSeq, c.last_gid AS lastGid, m.user, m.read_seq AS readSeq,
        max(m.joined_seq, c.retention_floor_seq + 1) AS fromSeq
      FROM users u JOIN members m ON m.user = u.id AND m.left_seq IS NULL JOIN chats c ON c.id = m.chat
      WHERE u.user_id = ?1`;
    this.#latest = prepare(database, counted(`${rows} AND c.last_gid < ?2 ORDER BY c.last_gid DESC LIMIT ?3`));
    this.#moved = prepare(database, counted(`${rows} AND c.last_gid > ?2 ORDER BY c.last_gid LIMIT ?3`));
    this.#one = prepare(database, counted(`${rows} AND c.chat_id = ?2`));
    this.#members = prepare(
      database,
      `SELECT u.user_id AS userId, coalesce(u.name, u.username) AS name, m.role FROM members m JOIN users u ON u.id = m.user
        WHERE m.chat = ? AND m.left_seq IS NULL LIMIT ${MEMBERS_LISTED}`,
    );
    this.#memberIds = prepareTuples(
      database,
      `SELECT u.user_id FROM chats c JOIN members m ON m.chat = c.id AND m.left_seq IS NULL JOIN users u ON u.id = m.user
        WHERE c.chat_id = ?`,
    );
    this.#heads = prepare(
      database,
      `SELECT c.chat_id AS chatId, c.last_seq AS headSeq FROM users u
        JOIN members m ON m.user = u.id AND m.left_seq IS NULL JOIN chats c ON c.id = m.chat WHERE u.user_id = ?`,
    );
  }

  memberIds(chatId: string): string[] {
    return this.#memberIds.all(chatId).map(([userId]) => userId);
  }

  findChat(chatId: string, userId: string): ListedChat | undefined {
    const row = this.#one.get(userId, chatId);
    return row && this.#list(row);
  }

  /**
   * Latest event first. A chat that got an event after the page before was read has moved to the top, which was shown
   * already: the next pages begin with those, so that no chat is left out; one may come twice.
   */
  listChats(userId: string, limit: number, cursor: ChatListCursor | undefined): ChatListPage {
    const moved = cursor === undefined ? [] : this.#moved.all(userId, cursor.sinceGid, limit);
    const belowGid = cursor?.belowGid ?? Number.MAX_SAFE_INTEGER;
    const latest = this.#latest.all(userId, belowGid, limit - moved.length + 1);
    const hasMore = moved.length + latest.length > limit;
    const shown = latest.slice(0, limit - moved.length);
    const chats = [...moved.toReversed(), ...shown].map((row) => this.#list(row));
    const sinceGid = moved.at(-1)?.lastGid ?? cursor?.sinceGid ?? shown[0]?.lastGid ?? 0;
    const next = { belowGid: shown.at(-1)?.lastGid ?? belowGid, sinceGid };
    return { chats, next: hasMore ? next : undefined };
  }

  /** Of past members the head is where they left. Without ids: the chats the user is in now. */
  heads(userId: string, chatIds: readonly string[] | undefined): ChatHead[] {
    if (chatIds === undefined) return this.#heads.all(userId);
    return chatIds.flatMap((chatId) => {
      const view = this.#views.find(chatId, userId);
      return view === undefined ? [] : [{ chatId, headSeq: view.toSeq }];
    });
  }

  #list(row: ChatRow): ListedChat {
    const { chat, id, kind, name, memberCount, lastSeq, readSeq, unread } = row;
    const lastMessage = this.#messages.find({ chat, fromSeq: row.fromSeq, toSeq: lastSeq }, row.lastMessageSeq);
    return { id, kind, name, members: this.#members.all(chat), memberCount, lastMessage, lastSeq, readSeq, unread };
  }
}
