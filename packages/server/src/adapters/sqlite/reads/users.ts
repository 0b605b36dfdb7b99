import type { DatabaseSync } from 'node:sqlite';
import type { UserRecord } from '../../../ports/account-store.ts';
import { nameKey } from '../name-key.ts';
import { prepare, type Statement } from '../prepare.ts';
import { USER_COLUMNS, type UserRow, userOf } from '../user-row.ts';

/** Above every character, so that `prefix + LAST` ends the range of a prefix. */
const LAST = '\u{10ffff}';
/** So many users whose name begins with a query are looked at; a longer query finds the others. */
const NAMES_SEARCHED = 1_000;

/** Finds users. */
export class UserReads {
  readonly #find: Statement<UserRow>;
  readonly #credentials: Statement<UserRow & { readonly passwordHash: string }>;
  readonly #search: Statement<UserRow>;
  readonly #list: Statement<UserRow>;
  readonly #count: Statement<{ readonly users: number }>;

  constructor(database: DatabaseSync) {
    const select = `SELECT ${USER_COLUMNS} FROM users u`;
    this.#find = prepare(database, `${select} WHERE u.user_id = ?`);
    this.#credentials = prepare(
      database,
      `SELECT ${USER_COLUMNS}, u.password_hash AS passwordHash FROM users u
        WHERE u.username_key = ? AND u.password_hash IS NOT NULL`,
    );
    const isPrefixed = (key: string) => `u.is_disabled = 0 AND u.${key} >= ?1 AND u.${key} < ?1 || '${LAST}'`;
    this.#search = prepare(
      database,
      `WITH found AS (
        SELECT * FROM (SELECT id FROM users u WHERE ${isPrefixed('username_key')} ORDER BY u.username_key LIMIT ?2)
        UNION SELECT * FROM (SELECT id FROM users u WHERE ${isPrefixed('name_key')} LIMIT ${NAMES_SEARCHED})
      )
      ${select} JOIN found f ON f.id = u.id ORDER BY u.username_key IS NULL, u.username_key, u.user_id LIMIT ?2`,
    );
    this.#list = prepare(database, `${select} WHERE u.user_id > ? ORDER BY u.user_id LIMIT ?`);
    this.#count = prepare(database, 'SELECT count(*) AS users FROM users');
  }

  findUser(id: string): UserRecord | undefined {
    const row = this.#find.get(id);
    return row && userOf(row);
  }

  findCredentials(username: string): { user: UserRecord; passwordHash: string } | undefined {
    const row = this.#credentials.get(nameKey(username));
    return row && { user: userOf(row), passwordHash: row.passwordHash };
  }

  searchUsers(query: string, limit: number): UserRecord[] {
    return this.#search.all(nameKey(query), limit).map(userOf);
  }

  listUsers(afterId: string, limit: number): UserRecord[] {
    return this.#list.all(afterId, limit).map(userOf);
  }

  countUsers(): number {
    return this.#count.get()?.users ?? 0;
  }
}
