import { DatabaseSync } from 'node:sqlite';

/** When a commit counts as durable: after fsync, when the process may die, or never. */
export type Synchronous = 'full' | 'normal' | 'off';

/** Where the write-ahead log is carried into the database file. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 4096;

/** What opening a connection needs. */
export interface ConnectionOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
  readonly busyTimeoutMs: number;
  /** The database file never grows beyond; 0: no limit but the disk. */
  readonly databaseMaxBytes: number;
}

/** The one connection that writes. */
export function openWriteConnection(options: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(options.path, { timeout: options.busyTimeoutMs, defensive: true });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${options.synchronous.toUpperCase()};
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES};
      PRAGMA journal_size_limit = ${CHECKPOINT_BYTES};
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
    `);
    if (options.databaseMaxBytes > 0)
      database.exec(`PRAGMA max_page_count = ${Math.floor(options.databaseMaxBytes / PAGE_BYTES)}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A connection that cannot write. It sees what is committed when its transaction begins. */
export function openReadConnection(options: Pick<ConnectionOptions, 'path' | 'busyTimeoutMs'>): DatabaseSync {
  const database = new DatabaseSync(options.path, { readOnly: true, timeout: options.busyTimeoutMs, defensive: true });
  try {
    database.exec('PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
