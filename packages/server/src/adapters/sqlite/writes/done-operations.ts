import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { prepare, type Statement } from '../prepare.ts';
import type { Turn } from './turn.ts';

/** 16 bytes of SHA-256 tell two requests of one user apart. */
const HASH_BYTES = 16;

interface DoneRow {
  readonly requestHash: Uint8Array;
  readonly chat: number;
  readonly chatId: string;
  readonly seq: number;
}

/** Commands that were done before, by user and `client_op_id`. */
export class DoneOperations {
  readonly #find: Statement<DoneRow>;
  readonly #insert: Statement<never>;
  readonly #turn: Turn;

  constructor(database: DatabaseSync, turn: Turn) {
    this.#turn = turn;
    this.#find = prepare(
      database,
      `SELECT o.request_hash AS requestHash, o.chat, c.chat_id AS chatId, o.seq
        FROM operations o JOIN chats c ON c.id = o.chat WHERE o.user = ? AND o.client_op_id = ?`,
    );
    this.#insert = prepare(
      database,
      'INSERT INTO operations (user, client_op_id, request_hash, chat, seq, at) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  /** What the id was used for, and whether for this very request. Undefined when it is new. */
  find(
    user: number,
    clientOpId: string | undefined,
    request: unknown,
  ): { readonly isSame: boolean; readonly chatId: string; readonly seq: number } | undefined {
    if (clientOpId === undefined) return undefined;
    const row = this.#find.get(user, clientOpId);
    if (row === undefined) return undefined;
    return { isSame: requestHash(request).equals(row.requestHash), chatId: row.chatId, seq: row.seq };
  }

  /** Remembers a command with the event it ended at. */
  record(user: number, clientOpId: string | undefined, request: unknown, outcome: { chat: number; seq: number }): void {
    if (clientOpId === undefined) return;
    this.#insert.run(user, clientOpId, requestHash(request), outcome.chat, outcome.seq, this.#turn.nowMs);
  }
}

function requestHash(request: unknown): Buffer {
  return hash('sha256', JSON.stringify(request), 'buffer').subarray(0, HASH_BYTES);
}
