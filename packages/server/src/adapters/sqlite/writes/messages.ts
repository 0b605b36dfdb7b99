import type { DatabaseSync } from 'node:sqlite';
import type { MessageStored, Rejected } from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import { prepareTuples, type Statement } from '../prepare.ts';
import type { ChatHead, EventLog } from './event-log.ts';
import type { Members } from './members.ts';
import { CHAT_NOT_FOUND, IDEMPOTENCY_CONFLICT } from './rejections.ts';
import type { Turn } from './turn.ts';

type SentRow = [chat: number, seq: number, gid: number, timestampMs: number, payload: string];

/** Appends messages. */
export class MessageWrites {
  readonly #log: EventLog;
  readonly #members: Members;
  readonly #turn: Turn;
  readonly #findSent: Statement<SentRow>;

  constructor(database: DatabaseSync, log: EventLog, members: Members, turn: Turn) {
    this.#log = log;
    this.#members = members;
    this.#turn = turn;
    this.#findSent = prepareTuples(
      database,
      'SELECT chat, seq, gid, ts, payload FROM events WHERE actor = ? AND client_msg_id = ?',
    );
  }

  /** Whoever is not in the chat now is refused, a retry included. */
  append(
    chatId: string,
    senderId: string,
    content: string,
    clientMsgId: string | null,
    wantMembers: boolean,
  ): MessageStored | Rejected {
    const head = this.#log.find(chatId);
    if (head === undefined) return CHAT_NOT_FOUND;
    const actor = this.#members.present(head, senderId);
    if (actor === undefined) return CHAT_NOT_FOUND;
    const timestampMs = this.#turn.nowMs;
    const event = { kind: EVENT_KINDS.message, actor, timestampMs, clientMsgId, payload: content };
    const isNew = this.#log.append(head, event);
    if (!isNew) return this.#replay(head, actor, content, clientMsgId, wantMembers);
    const { lastSeq: seq, lastGid: gid } = head;
    const members = wantMembers ? { memberIds: this.#members.ids(head) } : undefined;
    return { status: 'ok', isDuplicate: false, seq, gid, timestampMs, ...members };
  }

  #replay(
    head: ChatHead,
    actor: number,
    content: string,
    clientMsgId: string | null,
    wantMembers: boolean,
  ): MessageStored | Rejected {
    const [chat, seq, gid, timestampMs, payload] = this.#findSent.get(actor, clientMsgId) as SentRow;
    // the table holds well-formed UTF-8, so a lone surrogate of the first attempt was replaced
    if (chat !== head.id || payload !== content.toWellFormed()) return IDEMPOTENCY_CONFLICT;
    const members = wantMembers ? { memberIds: this.#members.ids(head) } : undefined;
    return { status: 'ok', isDuplicate: true, seq, gid, timestampMs, ...members };
  }
}
