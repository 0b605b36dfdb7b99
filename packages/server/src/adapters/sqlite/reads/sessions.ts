import type { DatabaseSync } from 'node:sqlite';
import type { SessionRecord } from '../../../ports/account-store.ts';
import { prepare, type Statement } from '../prepare.ts';
import { SESSION_COLUMNS } from '../session-columns.ts';

/** Lists sessions. */
export class SessionReads {
  readonly #list: Statement<SessionRecord>;

  constructor(database: DatabaseSync) {
    this.#list = prepare(
      database,
      `SELECT ${SESSION_COLUMNS} FROM users u JOIN sessions s ON s.user = u.id WHERE u.user_id = ? ORDER BY s.id DESC`,
    );
  }

  /** Newest first. */
  listSessions(userId: string): SessionRecord[] {
    return this.#list.all(userId);
  }
}
