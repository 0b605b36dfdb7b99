import type { DatabaseSync } from 'node:sqlite';
import type { AuditKey } from './audit-checkpoint.ts';
import { type ConnectionOptions, openReadConnection } from './connection.ts';
import { prepareReads } from './reads/reads.ts';
import { callFailure, runCall } from './run-call.ts';
import type { Call, CallFailure, Operations, Outcomes } from './thread-messages.ts';

/** What the reader is opened with. */
export interface ReaderOptions extends Pick<ConnectionOptions, 'path' | 'busyTimeoutMs'> {
  /** Checks the checkpoints of the audit log. */
  readonly auditKey: AuditKey | undefined;
}

/** One connection with everything prepared on it. */
interface ReadSession {
  readonly database: DatabaseSync;
  readonly operations: Operations;
}

/**
 * Runs calls that read. The calls of one `run` see one state of the database: everything that was committed before.
 * After a fault of the storage the database is opened anew with the next call.
 */
export class StorageReader {
  readonly #options: ReaderOptions;
  #session: ReadSession | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Runs these calls, each for itself. Never throws. */
  run(calls: readonly Call[]): Outcomes {
    const values: unknown[] = [];
    const failures = new Map<number, CallFailure>();
    for (const call of calls) {
      try {
        values.push(runCall(this.#openSession(), call));
      } catch (error) {
        const failure = callFailure(error);
        if (failure.code === 'storage_unavailable') this.close();
        failures.set(values.length, failure);
        values.push(null);
      }
    }
    this.#endSnapshot();
    return failures.size === 0 ? { kind: 'outcomes', values } : { kind: 'outcomes', values, failures };
  }

  close(): void {
    const session = this.#session;
    this.#session = undefined;
    try {
      session?.database.close();
    } catch {
      // whatever is wrong with it, it is not used any more
    }
  }

  #openSession(): Operations {
    this.#session ??= this.#createSession();
    const { database, operations } = this.#session;
    if (!database.isTransaction) database.exec('BEGIN');
    return operations;
  }

  #createSession(): ReadSession {
    const database = openReadConnection(this.#options);
    try {
      return { database, operations: prepareReads(database, this.#options.auditKey) };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #endSnapshot(): void {
    try {
      if (this.#session?.database.isTransaction) this.#session.database.exec('COMMIT');
    } catch {
      this.close();
    }
  }
}
