import type { DatabaseSync } from 'node:sqlite';
import type { ListedMessage, MessagePage, MessagePageQuery, Rejected } from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import { prepareTuples, type Statement } from '../prepare.ts';
import type { MessageRow, Receipts } from './receipts.ts';
import type { View, Views } from './view.ts';

const COLUMNS = 'seq, actor, ts, client_msg_id, payload';

/** Lists messages. */
export class MessageReads {
  readonly #views: Views;
  readonly #receipts: Receipts;
  readonly #ascending: Statement<MessageRow>;
  readonly #descending: Statement<MessageRow>;

  constructor(database: DatabaseSync, views: Views, receipts: Receipts) {
    this.#views = views;
    this.#receipts = receipts;
    const within = `SELECT ${COLUMNS} FROM events WHERE chat = ? AND kind = ${EVENT_KINDS.message} AND seq BETWEEN ? AND ? ORDER BY seq`;
    this.#ascending = prepareTuples(database, `${within} LIMIT ?`);
    this.#descending = prepareTuples(database, `${within} DESC LIMIT ?`);
  }

  /** One message more than the page shows tells whether there is more. */
  listMessages(query: MessagePageQuery): MessagePage | Rejected {
    const view = this.#views.find(query.chatId, query.userId);
    if (view === undefined) return { status: 'rejected', code: 'chat_not_found' };
    const limit = Math.max(1, query.limit);
    return query.afterSeq === undefined
      ? this.#newest(view, Math.min(view.toSeq, (query.beforeSeq ?? Number.MAX_SAFE_INTEGER) - 1), limit)
      : this.#following(view, Math.max(view.fromSeq, query.afterSeq + 1), limit);
  }

  /** The message at a seq of a chat, when this user may see it. */
  find(view: Pick<View, 'chat' | 'fromSeq' | 'toSeq'>, seq: number): ListedMessage | null {
    if (seq < view.fromSeq || seq > view.toSeq) return null;
    return this.#receipts.list(view.chat, this.#ascending.all(view.chat, seq, seq, 1))[0] ?? null;
  }

  #newest(view: View, toSeq: number, limit: number): MessagePage {
    const rows = this.#descending.all(view.chat, view.fromSeq, toSeq, limit + 1);
    const shown = rows.slice(0, limit).reverse();
    return this.#page(view, shown, rows.length > limit ? shown[0]?.[0] : undefined);
  }

  #following(view: View, fromSeq: number, limit: number): MessagePage {
    const rows = this.#ascending.all(view.chat, fromSeq, view.toSeq, limit + 1);
    const shown = rows.slice(0, limit);
    return this.#page(view, shown, rows.length > limit ? shown.at(-1)?.[0] : undefined);
  }

  #page(view: View, rows: readonly MessageRow[], next: number | undefined): MessagePage {
    const messages = this.#receipts.list(view.chat, rows);
    return { status: 'ok', messages, isComplete: next === undefined, ...(next !== undefined && { next }) };
  }
}
