import type { DatabaseSync } from 'node:sqlite';
import { prepareTuples, type Statement } from '../prepare.ts';

/** Users that are remembered between transactions. */
const USERS_KEPT = 50_000;

/** Finds the number of a user. Users are never removed, so what is remembered stays true. */
export class UserNumbers {
  readonly #known = new Map<string, number>();
  readonly #find: Statement<[id: number]>;

  constructor(database: DatabaseSync) {
    this.#find = prepareTuples(database, 'SELECT id FROM users WHERE user_id = ?');
  }

  /** The number of a user, or undefined when there is no such user. */
  find(userId: string): number | undefined {
    const known = this.#known.get(userId);
    if (known !== undefined) return known;
    const row = this.#find.get(userId);
    if (row === undefined) return undefined;
    if (this.#known.size >= USERS_KEPT) this.#known.clear();
    this.#known.set(userId, row[0]);
    return row[0];
  }
}
