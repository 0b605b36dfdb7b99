import type { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../kernel/clock.ts';
import type { AuditKey } from './audit-checkpoint.ts';
import { type ConnectionOptions, openWriteConnection } from './connection.ts';
import { openDatabase } from './open-database.ts';
import { callFailure } from './run-call.ts';
import type { Call, CallFailure, Outcomes } from './thread-messages.ts';
import { WriteSession } from './write-session.ts';
import type { Turn } from './writes/turn.ts';

/** After a failed attempt to open the database, the next is made no sooner. */
const REOPEN_AFTER_MS = 200;

/** What the writer is opened with. */
export interface WriterOptions extends ConnectionOptions {
  /** Signs checkpoints of the audit log; without it there are none. */
  readonly auditKey: AuditKey | undefined;
}

/**
 * Runs calls in transactions: all calls of one `run` are durable together, or none is. After a fault of the storage the
 * database is opened anew with the next calls, so that the writer recovers by itself.
 */
export class StorageWriter {
  readonly #options: WriterOptions;
  readonly #turn: Turn = { nowMs: 0 };
  #session: WriteSession | undefined;
  #openFault: { readonly error: unknown; readonly atMs: number } | undefined;

  private constructor(options: WriterOptions, database: DatabaseSync) {
    this.#options = options;
    this.#session = new WriteSession(database, this.#turn, this.#options.auditKey);
  }

  /** @throws StartRefused `database_corrupt`, `schema_too_new`, `data_dir_unusable` */
  static async open(options: WriterOptions): Promise<StorageWriter> {
    return new StorageWriter(options, await openDatabase(options));
  }

  /** The connection of the moment; undefined between a fault and the recovery. */
  get database(): DatabaseSync | undefined {
    return this.#session?.database;
  }

  /** Commits these calls as one transaction. Never throws. */
  run(calls: readonly Call[], nowMs: number): Outcomes {
    this.#turn.nowMs = nowMs;
    try {
      return { kind: 'outcomes', values: this.#openSession().run(calls) };
    } catch (error) {
      this.close();
      const failure = callFailure(error);
      if (failure.code === 'storage_unavailable' || calls.length === 1) return allFailed(calls, failure);
      // one call broke a constraint: alone, only that one fails
      return this.#runSingly(calls, nowMs);
    }
  }

  /** Closes the connection, which carries the write-ahead log into the database file when it is the last one. */
  close(): void {
    const session = this.#session;
    this.#session = undefined;
    try {
      session?.database.close();
    } catch {
      // closing writes too, and the disk may be why we close: what counts is the next opening
    }
  }

  #runSingly(calls: readonly Call[], nowMs: number): Outcomes {
    const values: unknown[] = [];
    const failures = new Map<number, CallFailure>();
    for (const call of calls) {
      const outcome = this.run([call], nowMs);
      const failure = outcome.failures?.get(0);
      if (failure !== undefined) failures.set(values.length, failure);
      values.push(outcome.values[0]);
    }
    return failures.size === 0 ? { kind: 'outcomes', values } : { kind: 'outcomes', values, failures };
  }

  #openSession(): WriteSession {
    if (this.#session !== undefined) return this.#session;
    const nowMs = systemClock.monotonic();
    if (this.#openFault !== undefined && nowMs - this.#openFault.atMs < REOPEN_AFTER_MS) throw this.#openFault.error;
    let database: DatabaseSync | undefined;
    try {
      database = openWriteConnection(this.#options);
      this.#session = new WriteSession(database, this.#turn, this.#options.auditKey);
      this.#openFault = undefined;
      return this.#session;
    } catch (error) {
      database?.close();
      this.#openFault = { error, atMs: systemClock.monotonic() };
      throw error;
    }
  }
}

function allFailed(calls: readonly Call[], failure: CallFailure): Outcomes {
  return { kind: 'outcomes', values: calls.map(() => null), failures: new Map(calls.map((_, i) => [i, failure])) };
}
