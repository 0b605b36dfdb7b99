import type { DatabaseSync } from 'node:sqlite';
import type { ReadCursor, Rejected } from '../../../ports/chat-log.ts';
import { prepare, type Statement } from '../prepare.ts';
import type { EventLog } from './event-log.ts';
import type { Members } from './members.ts';
import { CHAT_NOT_FOUND } from './rejections.ts';
import type { Turn } from './turn.ts';

/** A move of a member's cursors; a missing one stays. */
export interface CursorMove {
  readonly chatId: string;
  readonly userId: string;
  readonly readSeq?: number;
  readonly deliveredSeq?: number;
}

/** Moves cursors: one row per member, and one line of history for each time the read cursor advances. */
export class CursorWrites {
  readonly #log: EventLog;
  readonly #members: Members;
  readonly #turn: Turn;
  readonly #move: Statement<never>;
  readonly #noteRead: Statement<never>;

  constructor(database: DatabaseSync, log: EventLog, members: Members, turn: Turn) {
    this.#log = log;
    this.#members = members;
    this.#turn = turn;
    this.#move = prepare(database, 'UPDATE members SET read_seq = ?, delivered_seq = ? WHERE chat = ? AND user = ?');
    this.#noteRead = prepare(
      database,
      'INSERT INTO receipt_log (chat, user, from_seq, to_seq, at) VALUES (?, ?, ?, ?, ?)',
    );
  }

  moveCursor(move: CursorMove): ReadCursor | Rejected {
    const head = this.#log.find(move.chatId);
    const member = head && this.#members.find(head, move.userId);
    if (head === undefined || member === undefined || member.leftSeq !== null) return CHAT_NOT_FOUND;
    const atMs = this.#turn.nowMs;
    const readSeq = Math.max(member.readSeq, Math.min(move.readSeq ?? 0, head.lastSeq));
    const deliveredSeq = Math.max(member.deliveredSeq, readSeq, Math.min(move.deliveredSeq ?? 0, head.lastSeq));
    const isMoved = readSeq > member.readSeq || deliveredSeq > member.deliveredSeq;
    if (!isMoved) return { status: 'ok', isMoved, readSeq, deliveredSeq, atMs, memberIds: [] };
    this.#move.run(readSeq, deliveredSeq, head.id, member.user);
    if (readSeq > member.readSeq) this.#noteRead.run(head.id, member.user, member.readSeq + 1, readSeq, atMs);
    return { status: 'ok', isMoved, readSeq, deliveredSeq, atMs, memberIds: this.#members.ids(head) };
  }
}
