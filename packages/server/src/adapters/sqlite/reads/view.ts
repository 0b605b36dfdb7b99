import type { DatabaseSync } from 'node:sqlite';
import type { ChatKind } from '../../../ports/chat-log.ts';
import { prepare, type Statement } from '../prepare.ts';

/** What of a chat's log one user may see: from `fromSeq` to `toSeq`, both included. */
export interface View {
  readonly chat: number;
  readonly kind: ChatKind;
  readonly user: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Events up to here were removed by retention. */
  readonly floorSeq: number;
  readonly readSeq: number;
}

/** Finds what users may see. Whoever left sees the log up to the event that removed them. */
export class Views {
  readonly #find: Statement<View>;

  constructor(database: DatabaseSync) {
    this.#find = prepare(
      database,
      `SELECT c.id AS chat, c.kind, m.user, max(m.joined_seq, c.retention_floor_seq + 1) AS fromSeq,
        ifnull(m.left_seq, c.last_seq) AS toSeq, c.retention_floor_seq AS floorSeq, m.read_seq AS readSeq
      FROM chats c JOIN users u ON u.user_id = ?2 JOIN members m ON m.chat = c.id AND m.user = u.id
      WHERE c.chat_id = ?1`,
    );
  }

  /** Undefined for strangers, and when there is no such chat. */
  find(chatId: string, userId: string): View | undefined {
    return this.#find.get(chatId, userId);
  }
}
