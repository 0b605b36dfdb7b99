import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../kernel/app-error.ts';
import { prepare } from './prepare.ts';

/** The right to be the one server of a data directory. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the lock of a data directory. It is a write lock on a database of its own, which the operating system drops with
 * the process, however that ends; so there is nothing stale to clean up, and the database itself stays free for backups
 * and for the command line.
 * @throws AppError `data_dir_in_use`
 */
export function lockDataDirectory(directory: string, path: string): DataLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // the holder is told to others, but nothing of this needs to be durable
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    takeLock(database);
    return { release: () => database.close() };
  } catch (error) {
    const holder = isBusy(error) ? findHolder(database) : undefined;
    database.close();
    if (!isBusy(error)) throw error;
    const who = holder === undefined ? 'Another Parley server' : `The Parley server with process id ${holder}`;
    throw new AppError('data_dir_in_use', { message: `${who} uses the data directory ${directory}.`, cause: error });
  }
}

function takeLock(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL) STRICT;
    INSERT OR REPLACE INTO holder VALUES (1, ${process.pid});
    COMMIT;
    BEGIN IMMEDIATE;
  `);
}

function findHolder(database: DatabaseSync): number | undefined {
  try {
    return prepare<{ pid: number }>(database, 'SELECT pid FROM holder').get()?.pid;
  } catch {
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
