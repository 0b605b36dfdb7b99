import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openReadConnection, openWriteConnection, type Synchronous } from './connection.ts';
import { temporaryDirectory } from './testing/temporary-storage.ts';

const pragma = (database: DatabaseSync, name: string) =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/** Both connections of one database. */
function connect(options: { synchronous?: Synchronous; databaseMaxBytes?: number } = {}) {
  const directory = temporaryDirectory();
  const shared = { path: join(directory.path, 'parley.db'), busyTimeoutMs: 10 };
  const writer = openWriteConnection({ ...shared, synchronous: 'full', databaseMaxBytes: 0, ...options });
  const reader = openReadConnection(shared);
  return {
    writer,
    reader,
    [Symbol.dispose]() {
      reader.close();
      writer.close();
      directory[Symbol.dispose]();
    },
  };
}

describe('the connection that writes', () => {
  it('logs ahead, holds to references, and carries the log over at 64 MiB', () => {
    using connections = connect();
    const read = (name: string) => pragma(connections.writer, name);
    expect(read('journal_mode')).toBe('wal');
    expect(read('foreign_keys')).toBe(1);
    expect(Number(read('wal_autocheckpoint')) * Number(read('page_size'))).toBe(64 * 1024 * 1024);
    expect(read('journal_size_limit')).toBe(64 * 1024 * 1024);
  });

  it.each([
    ['full', 2],
    ['normal', 1],
    ['off', 0],
  ] as const)('waits for the disk as asked: %s', (synchronous, level) => {
    using connections = connect({ synchronous });
    expect(pragma(connections.writer, 'synchronous')).toBe(level);
  });

  it('limits the size of the file when asked', () => {
    using connections = connect({ databaseMaxBytes: 1024 * 1024 });
    expect(pragma(connections.writer, 'max_page_count')).toBe(256);
  });
});

describe('the connection that reads', () => {
  it('cannot write', () => {
    using connections = connect();
    connections.writer.exec('CREATE TABLE t (x)');
    expect(() => connections.reader.exec('INSERT INTO t VALUES (1)')).toThrow(/readonly/);
  });

  it('does not wait for the one that writes', () => {
    using connections = connect();
    connections.writer.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1); BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    expect(connections.reader.prepare('SELECT x FROM t').all()).toEqual([{ x: 1 }]);
    connections.writer.exec('COMMIT');
    expect(connections.reader.prepare('SELECT x FROM t').all()).toEqual([{ x: 1 }, { x: 2 }]);
  });
});
