import type { DatabaseSync } from 'node:sqlite';
import { type ListedMessage, READERS_LISTED } from '../../../ports/chat-log.ts';
import { prepareTuples, type Statement } from '../prepare.ts';
import type { UserIds } from './user-ids.ts';

/** A row of a message: seq, sender, time, client_msg_id, content. */
export type MessageRow = [
  seq: number,
  sender: number,
  timestampMs: number,
  clientMsgId: string | null,
  content: string,
];

type ReaderRow = [user: number, joinedSeq: number, readSeq: number];
type ReceiptRow = [user: number, fromSeq: number, toSeq: number, atMs: number];

/**
 * Derives who read a message, and when first, from the members' cursors and from the history of their advances: there is
 * no row per message and reader. Somebody who has left still has read what they read.
 */
export class Receipts {
  readonly #userIds: UserIds;
  readonly #readers: Statement<ReaderRow>;
  readonly #receipts: Statement<ReceiptRow>;

  constructor(database: DatabaseSync, userIds: UserIds) {
    this.#userIds = userIds;
    this.#readers = prepareTuples(
      database,
      'SELECT user, joined_seq, read_seq FROM members WHERE chat = ? AND read_seq >= ? AND joined_seq <= ?',
    );
    // the advances of one reader follow each other, so the page begins in the last one that begins before it;
    // CROSS JOIN keeps SQLite from walking all advances of the chat instead
    this.#receipts = prepareTuples(
      database,
      `SELECT r.user, r.from_seq, r.to_seq, r.at FROM members m CROSS JOIN receipt_log r ON r.chat = m.chat AND r.user = m.user
      WHERE m.chat = ?1 AND m.read_seq >= ?2 AND r.from_seq <= ?3 AND r.from_seq >= ifnull(
        (SELECT max(x.from_seq) FROM receipt_log x WHERE x.chat = m.chat AND x.user = m.user AND x.from_seq <= ?2), 0)`,
    );
  }

  /** Makes messages of the rows of one chat, which ascend. */
  list(chat: number, rows: readonly MessageRow[]): ListedMessage[] {
    const first = rows[0]?.[0];
    const last = rows.at(-1)?.[0];
    if (first === undefined || last === undefined) return [];
    const readers = this.#readers.all(chat, first, last);
    const firstReads = this.#firstReads(chat, rows, first, last);
    return rows.map(([seq, sender, timestampMs, clientMsgId, content]) => {
      const read = readers.filter(([user, joined, upTo]) => user !== sender && joined <= seq && seq <= upTo);
      return {
        seq,
        senderId: this.#userIds.of(sender),
        content,
        timestampMs,
        clientMsgId: clientMsgId ?? undefined,
        readAtMs: firstReads.get(seq) ?? null,
        readerIds: read.slice(0, READERS_LISTED).map(([user]) => this.#userIds.of(user)),
        readCount: read.length,
      };
    });
  }

  #firstReads(chat: number, rows: readonly MessageRow[], first: number, last: number): ReadonlyMap<number, number> {
    const firstReads = new Map<number, number>();
    for (const [user, fromSeq, toSeq, atMs] of this.#receipts.all(chat, first, last))
      for (let i = firstFrom(rows, fromSeq); i < rows.length; i++) {
        const [seq, sender] = rows[i] as MessageRow;
        if (seq > toSeq) break;
        if (user !== sender) firstReads.set(seq, Math.min(atMs, firstReads.get(seq) ?? atMs));
      }
    return firstReads;
  }
}

/** Index of the first row whose seq is not below the given one. */
function firstFrom(rows: readonly MessageRow[], seq: number): number {
  let low = 0;
  for (let high = rows.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as MessageRow)[0] < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
