import type { DatabaseSync } from 'node:sqlite';
import type { AuditKey } from './audit-checkpoint.ts';
import { prepare, type Statement } from './prepare.ts';
import { runCall } from './run-call.ts';
import type { Call, Operations } from './thread-messages.ts';
import type { Turn } from './writes/turn.ts';
import { prepareWrites } from './writes/writes.ts';

/** One connection with everything prepared on it. Once `run` has thrown, the session is over. */
export class WriteSession {
  readonly database: DatabaseSync;
  readonly #turn: Turn;
  readonly #operations: Operations;
  readonly #finish: () => void;
  readonly #begin: Statement<never>;
  readonly #commit: Statement<never>;
  readonly #prove: Statement<never>;
  #isProven = false;

  constructor(database: DatabaseSync, turn: Turn, auditKey: AuditKey | undefined) {
    this.database = database;
    this.#turn = turn;
    const writes = prepareWrites(database, turn, auditKey);
    this.#operations = writes.operations;
    this.#finish = writes.finish;
    this.#begin = prepare(database, 'BEGIN IMMEDIATE');
    this.#commit = prepare(database, 'COMMIT');
    this.#prove = prepare(
      database,
      "INSERT INTO meta (key, value) VALUES ('opened_at', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
    );
  }

  /** Runs the calls in one transaction and commits it; returns their results. Throws whatever went wrong. */
  run(calls: readonly Call[]): unknown[] {
    this.#begin.run();
    // calls that turn out to write nothing must not make a full disk look well
    if (!this.#isProven) this.#prove.run(String(this.#turn.nowMs));
    const values: unknown[] = [];
    for (const call of calls) values.push(runCall(this.#operations, call));
    this.#finish();
    this.#commit.run();
    this.#isProven = true;
    return values;
  }
}
