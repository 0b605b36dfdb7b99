import type { DatabaseSync } from 'node:sqlite';
import { prepareTuples, type Statement } from '../prepare.ts';

/** Users that are remembered between reads. */
const USERS_KEPT = 50_000;

/** Tells the text id of a user's number. Ids never change, so what is remembered stays true. */
export class UserIds {
  readonly #known = new Map<number, string>();
  readonly #find: Statement<[userId: string]>;

  constructor(database: DatabaseSync) {
    this.#find = prepareTuples(database, 'SELECT user_id FROM users WHERE id = ?');
  }

  /** The text id of a number that another table holds. */
  of(user: number): string {
    const known = this.#known.get(user);
    if (known !== undefined) return known;
    const row = this.#find.get(user);
    if (row === undefined) throw new Error(`The storage refers to user number ${user}, who is not there.`);
    if (this.#known.size >= USERS_KEPT) this.#known.clear();
    this.#known.set(user, row[0]);
    return row[0];
  }
}
