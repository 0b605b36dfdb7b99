import type { DatabaseSync } from 'node:sqlite';
import type { NewUser } from '../../../ports/account-store.ts';
import { nameKey } from '../name-key.ts';
import { prepare, type Statement } from '../prepare.ts';
import type { Turn } from './turn.ts';

/** Makes and changes users. */
export class UserWrites {
  readonly #turn: Turn;
  readonly #insert: Statement<never>;
  readonly #setPasswordHash: Statement<never>;
  readonly #setDisabled: Statement<never>;

  constructor(database: DatabaseSync, turn: Turn) {
    this.#turn = turn;
    this.#insert = prepare(
      database,
      `INSERT INTO users (user_id, issuer, username, username_key, name, name_key, roles, password_hash, is_disabled,
        created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`,
    );
    this.#setPasswordHash = prepare(database, 'UPDATE users SET password_hash = ? WHERE user_id = ?');
    this.#setDisabled = prepare(database, 'UPDATE users SET is_disabled = ? WHERE user_id = ?');
  }

  createUser(user: NewUser): 'created' | 'taken' {
    return this.#add(user) ? 'created' : 'taken';
  }

  ensureUsers(users: readonly NewUser[]): number {
    return users.filter((user) => this.#add(user)).length;
  }

  setPasswordHash(userId: string, passwordHash: string): boolean {
    return this.#setPasswordHash.run(passwordHash, userId).changes > 0;
  }

  setDisabled(userId: string, isDisabled: boolean): boolean {
    return this.#setDisabled.run(isDisabled ? 1 : 0, userId).changes > 0;
  }

  /** False when the id or the user name is taken. */
  #add({ id, issuer, username, name, roles, passwordHash }: NewUser): boolean {
    const usernameKey = username === null ? null : nameKey(username);
    const key = name === null ? null : nameKey(name);
    const rolesText = JSON.stringify(roles);
    const { nowMs } = this.#turn;
    return this.#insert.run(id, issuer, username, usernameKey, name, key, rolesText, passwordHash, nowMs).changes > 0;
  }
}
