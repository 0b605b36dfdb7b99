import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { Releasers } from '../../kernel/lifecycle.ts';
import type { Log } from '../../kernel/log.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { ChatLog } from '../../ports/chat-log.ts';
import { SqliteAccountStore } from './account-store.ts';
import type { AuditCheckpoint, AuditKey } from './audit-checkpoint.ts';
import { SqliteAuditLog } from './audit-log.ts';
import { SqliteChatLog } from './chat-log.ts';
import type { Synchronous } from './connection.ts';
import { lockDataDirectory } from './data-lock.ts';
import { createThreads, type StorageThreads } from './storage-threads.ts';

/** File names within the data directory. */
const DATABASE_FILE = 'parley.db';
const LOCK_FILE = 'parley.lock';

/** What the embedded storage is opened with. */
export interface StorageOptions {
  /** Made with mode 0700 when it is missing. */
  readonly directory: string;
  /** When a commit counts as durable. */
  readonly synchronous: Synchronous;
  /** Writes, and as many reads, that may be under way; further ones are refused with `overloaded`. Default 4,096. */
  readonly queueMax?: number;
  /** Writes of one transaction. Default 256. */
  readonly batchMax?: number;
  /** Content of one transaction, in characters. Default 1 Mi. */
  readonly batchMaxBytes?: number;
  /** How long to wait when another program has locked the database. Default 2,000. */
  readonly busyTimeoutMs?: number;
  /** The database file never grows beyond; 0, the default: no limit but the disk. */
  readonly databaseMaxBytes?: number;
  /** Signs checkpoints of the audit log; called once, when the directory is ours. Without it there are no checkpoints. */
  readonly auditKey?: () => Promise<AuditKey>;
  /** Gets each checkpoint of the audit log, to be kept where this database is not: at start, at stop, each 1,000 records. */
  readonly onCheckpoint?: (checkpoint: AuditCheckpoint) => void;
  readonly clock?: Clock;
  readonly log: Log;
}

/** How the storage is. */
export interface StorageHealth {
  readonly isWritable: boolean;
  readonly isReadable: boolean;
  /** The newest fault, also when it is over. */
  readonly lastError?: string;
  /** Writes under way. */
  readonly queueDepth: number;
  readonly readQueueDepth: number;
  readonly databaseBytes: number;
  readonly walBytes: number;
}

/** The stores of one data directory. */
export interface SqliteStorage extends AsyncDisposable {
  readonly chatLog: ChatLog;
  readonly accounts: AccountStore;
  readonly audit: AuditLog;
  health(): StorageHealth;
  /** Lets what is under way finish and closes the database. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Opens the embedded storage of a data directory: takes its lock, checks the database and brings its schema up to date.
 * @throws AppError `data_dir_unusable`, `data_dir_in_use`, `database_corrupt`, `schema_too_new`
 */
export async function openStorage(options: StorageOptions): Promise<SqliteStorage> {
  const directory = resolve(options.directory);
  const path = join(directory, DATABASE_FILE);
  const releasers = new Releasers();
  try {
    makeDirectory(directory);
    const lock = takeLock(directory);
    releasers.add(() => lock.release());
    const threads = threadsOf(path, options, await options.auditKey?.());
    releasers.add(() => threads.writer.stop());
    releasers.add(() => threads.reader.stop());
    const [{ epoch }] = await Promise.all([threads.writer.start(), threads.reader.start()]);
    const audit = new SqliteAuditLog(threads, options.onCheckpoint ?? (() => undefined));
    await assertWritable(audit, path);
    releasers.add(() => checkpointLast(audit, options.log));
    const durability = options.synchronous === 'full' ? 'fsync' : 'process';
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= releasers.releaseAll());
    return {
      chatLog: new SqliteChatLog(threads, { durability, epoch }),
      accounts: new SqliteAccountStore(threads),
      audit,
      health: () => healthOf(threads, path),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

/** Begins with the checkpoint of the start: nothing may be served from a database that cannot be written. */
async function assertWritable(audit: SqliteAuditLog, path: string): Promise<void> {
  try {
    await audit.checkpoint();
  } catch (error) {
    const { code, cause } = AppError.from(error);
    if (code !== 'storage_unavailable' || !(cause instanceof Error)) throw error;
    const message = `The database ${path} cannot be written: ${cause.message}`;
    throw new AppError('data_dir_unusable', { message, cause });
  }
}

async function checkpointLast(audit: SqliteAuditLog, log: Log): Promise<void> {
  try {
    await audit.checkpoint();
  } catch (err) {
    log.warn({ err }, 'The last checkpoint of the audit log could not be written.');
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

function takeLock(directory: string): ReturnType<typeof lockDataDirectory> {
  try {
    return lockDataDirectory(directory, join(directory, LOCK_FILE));
  } catch (error) {
    throw error instanceof AppError ? error : unusable(directory, error);
  }
}

function unusable(directory: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The data directory ${directory} cannot be used: ${reason}.`;
  return new AppError('data_dir_unusable', { message, cause });
}

function threadsOf(path: string, options: StorageOptions, auditKey: AuditKey | undefined): StorageThreads {
  const data = {
    path,
    synchronous: options.synchronous,
    busyTimeoutMs: options.busyTimeoutMs ?? 2_000,
    databaseMaxBytes: options.databaseMaxBytes ?? 0,
    auditKey,
    batchMaxCalls: options.batchMax ?? 256,
    batchMaxChars: options.batchMaxBytes ?? 1024 * 1024,
  };
  const { queueMax = 4_096, clock = systemClock, log } = options;
  return createThreads(data, { queueMax, clock, log });
}

function healthOf({ writer, reader }: StorageThreads, path: string): StorageHealth {
  const lastError = (writer.fault ?? reader.fault ?? writer.lastFault ?? reader.lastFault)?.reason;
  return {
    isWritable: writer.fault === undefined,
    isReadable: reader.fault === undefined,
    ...(lastError && { lastError }),
    queueDepth: writer.depth,
    readQueueDepth: reader.depth,
    databaseBytes: sizeOf(path),
    walBytes: sizeOf(`${path}-wal`),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
