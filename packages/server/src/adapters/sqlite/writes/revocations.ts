import type { DatabaseSync } from 'node:sqlite';
import type { RevocationRecord } from '../../../ports/account-store.ts';
import { prepare, type Statement } from '../prepare.ts';
import type { Turn } from './turn.ts';

/** Keeps what ends tokens before their time. */
export class RevocationWrites {
  readonly #turn: Turn;
  readonly #put: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #forget: Statement<never>;
  readonly #all: Statement<RevocationRecord>;

  constructor(database: DatabaseSync, turn: Turn) {
    this.#turn = turn;
    // max() of a null is null, which means for good
    this.#put = prepare(
      database,
      `INSERT INTO revocations (kind, id, at, until) VALUES (?, ?, ?, ?)
        ON CONFLICT (kind, id) DO UPDATE SET at = max(at, excluded.at), until = max(until, excluded.until)`,
    );
    this.#remove = prepare(database, 'DELETE FROM revocations WHERE kind = ? AND id = ?');
    this.#forget = prepare(database, 'DELETE FROM revocations WHERE until <= ?');
    this.#all = prepare(database, 'SELECT kind, id, at AS atMs, until AS untilMs FROM revocations');
  }

  addRevocation({ kind, id, atMs, untilMs }: RevocationRecord): void {
    this.#put.run(kind, id, atMs, untilMs);
  }

  removeRevocation(kind: RevocationRecord['kind'], id: string): void {
    this.#remove.run(kind, id);
  }

  loadRevocations(): RevocationRecord[] {
    this.#forget.run(this.#turn.nowMs);
    return this.#all.all();
  }
}
