import type { DatabaseSync } from 'node:sqlite';
import type { ChatChange, EventPage, LogEvent, MemberChange, SendFate } from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import { prepareTuples, type Statement } from '../prepare.ts';
import type { UserIds } from './user-ids.ts';
import type { Views } from './view.ts';

type EventRow = [
  seq: number,
  gid: number,
  kind: number,
  actor: number,
  timestampMs: number,
  clientMsgId: string | null,
  payload: string,
];

/** A stretch of a chat's log to read. */
export interface EventQuery {
  readonly chatId: string;
  readonly userId: string;
  readonly afterSeq: number;
  readonly limit: number;
  readonly maxBytes: number;
}

/** Reads the log itself. */
export class EventReads {
  readonly #views: Views;
  readonly #userIds: UserIds;
  readonly #events: Statement<EventRow>;
  readonly #findSent: Statement<[chatId: string, seq: number]>;

  constructor(database: DatabaseSync, views: Views, userIds: UserIds) {
    this.#views = views;
    this.#userIds = userIds;
    this.#events = prepareTuples(
      database,
      `SELECT seq, gid, kind, actor, ts, client_msg_id, payload FROM events
        WHERE chat = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`,
    );
    this.#findSent = prepareTuples(
      database,
      `SELECT c.chat_id, e.seq FROM users u JOIN events e ON e.actor = u.id AND e.client_msg_id = ?2
        JOIN chats c ON c.id = e.chat WHERE u.user_id = ?1`,
    );
  }

  eventsAfter(query: EventQuery): EventPage {
    const view = this.#views.find(query.chatId, query.userId);
    if (view === undefined) return { events: [], floorSeq: 0 };
    const events: LogEvent[] = [];
    let bytes = 0;
    const fromSeq = Math.max(view.fromSeq, query.afterSeq + 1);
    for (const row of this.#events.iterate(view.chat, fromSeq, view.toSeq, query.limit)) {
      bytes += Buffer.byteLength(row[6]);
      if (bytes > query.maxBytes && events.length > 0) break;
      events.push(this.#event(row));
    }
    return { events, floorSeq: view.floorSeq };
  }

  fates(userId: string, clientMsgIds: readonly string[]): SendFate[] {
    return clientMsgIds.map((clientMsgId) => {
      const row = this.#findSent.get(userId, clientMsgId);
      if (row === undefined) return { clientMsgId, status: 'unknown' };
      return { clientMsgId, status: 'accepted', chatId: row[0], seq: row[1] };
    });
  }

  #event([seq, gid, kind, actor, timestampMs, clientMsgId, payload]: EventRow): LogEvent {
    const base = { seq, gid, actorId: this.#userIds.of(actor), timestampMs };
    if (kind === EVENT_KINDS.message)
      return { ...base, kind: 'message', content: payload, clientMsgId: clientMsgId ?? undefined };
    const change: unknown = JSON.parse(payload);
    if (kind === EVENT_KINDS.chat) return { ...base, kind: 'chat', change: change as ChatChange };
    return { ...base, kind: 'member', change: change as MemberChange };
  }
}
