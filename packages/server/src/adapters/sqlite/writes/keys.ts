import type { DatabaseSync } from 'node:sqlite';
import { prepare, type Statement } from '../prepare.ts';
import type { Turn } from './turn.ts';

/** An API key to remember. `hash` is what is presented, hashed. */
export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly string[];
}

/** Makes and revokes API keys. */
export class KeyWrites {
  readonly #turn: Turn;
  readonly #insert: Statement<never>;
  readonly #revoke: Statement<never>;

  constructor(database: DatabaseSync, turn: Turn) {
    this.#turn = turn;
    this.#insert = prepare(
      database,
      'INSERT INTO api_keys (key_id, name, hash, scopes, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#revoke = prepare(database, 'UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL');
  }

  createKey({ id, name, hash, scopes }: NewKey): void {
    this.#insert.run(id, name, hash, JSON.stringify(scopes), this.#turn.nowMs);
  }

  /** False when it was revoked before or never was. */
  revokeKey(id: string): boolean {
    return this.#revoke.run(this.#turn.nowMs, id).changes > 0;
  }
}
