import { closeSync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type ConnectionOptions, openWriteConnection } from './connection.ts';
import { migrate } from './migrate.ts';
import { prepare } from './prepare.ts';
import { StartRefused } from './start-refused.ts';
import { isCorruption, storageFault } from './storage-fault.ts';

/** Databases up to this size are checked whole at each start (about 12 ms per MiB). */
const WHOLE_CHECK_MAX_BYTES = 4 * 1024 * 1024;
/** Checked in larger ones: small, and every operation needs them. The whole is checked by the doctor and with backups. */
const SMALL_TABLES = ['meta', 'api_keys', 'revocations', 'audit_checkpoints'];

/**
 * Opens the database for the first time in this process: makes the file when it is missing (mode 0600), checks it and
 * brings its schema up to date.
 * @throws StartRefused `database_corrupt`, `schema_too_new`, `data_dir_unusable`
 */
export async function openDatabase(options: ConnectionOptions): Promise<DatabaseSync> {
  const { path } = options;
  let database: DatabaseSync | undefined;
  try {
    // SQLite would make it with the mode of the umask; its -wal and -shm files take the mode of the file
    closeSync(openSync(path, 'a', 0o600));
    database = openWriteConnection(options);
    assertIntact(database, path);
    await migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw refusal(error, path);
  }
}

function assertIntact(database: DatabaseSync, path: string): void {
  const isWhole = statSync(path).size <= WHOLE_CHECK_MAX_BYTES;
  const checks = isWhole ? ['PRAGMA quick_check(1)'] : SMALL_TABLES.map((table) => `PRAGMA quick_check('${table}')`);
  for (const check of checks) {
    const found = prepare<{ quick_check: string }>(database, check).get()?.quick_check;
    if (found !== 'ok') throw corrupt(path, String(found).replaceAll('\n', ' '));
  }
}

function refusal(error: unknown, path: string): unknown {
  if (error instanceof StartRefused) return error;
  if (isCorruption(error)) return corrupt(path, (error as Error).message, error);
  const fault = storageFault(error) ?? (error instanceof Error && 'code' in error ? error.message : undefined);
  if (fault === undefined) return error;
  return new StartRefused('data_dir_unusable', `The database ${path} cannot be opened: ${fault}`, { cause: error });
}

function corrupt(path: string, found: string, cause?: unknown): StartRefused {
  return new StartRefused('database_corrupt', `The database ${path} is damaged: ${found}.`, { cause });
}
