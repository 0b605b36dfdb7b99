import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { silentLog } from '../../kernel/log.ts';
import { openStorage, type StorageOptions } from './open-storage.ts';
import { startChild } from './testing/child.ts';
import { openTemporaryStorage, temporaryDirectory } from './testing/temporary-storage.ts';

const open = (directory: string, more: Partial<StorageOptions> = {}) =>
  openStorage({ directory, synchronous: 'off', log: silentLog, ...more });

/** The refusal of an opening. */
async function refusal(directory: string): Promise<AppError> {
  const error = await open(directory).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

const newUser = (id: string) => ({ id, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null });

describe('opening the embedded storage', () => {
  it('makes a directory and files that nobody else can read', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'new', 'data');
    await using storage = await open(path);
    expect(storage.health().isWritable).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of ['parley.db', 'parley.db-wal', 'parley.db-shm'])
      expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  });

  it('finds everything again, and keeps its epoch', async () => {
    await using first = await openTemporaryStorage();
    await first.storage.accounts.createUser(newUser('usr_a'));
    await first.storage.stop();
    await using again = await open(first.directory);
    expect(await again.accounts.findUser('usr_a')).toMatchObject({ id: 'usr_a' });
    expect(again.chatLog.epoch).toBe(first.storage.chatLog.epoch);
  });

  it('gives each new database an epoch of its own', async () => {
    using a = temporaryDirectory();
    using b = temporaryDirectory();
    await using first = await open(a.path);
    await using second = await open(b.path);
    expect(first.chatLog.epoch).toMatch(/^[0-9a-f]{24}$/);
    expect(second.chatLog.epoch).not.toBe(first.chatLog.epoch);
  });

  it('promises no more durability than it was configured for', async () => {
    const durabilities: string[] = [];
    for (const synchronous of ['full', 'normal', 'off'] as const) {
      await using temporary = await openTemporaryStorage({ synchronous });
      durabilities.push(temporary.storage.chatLog.durability);
    }
    expect(durabilities).toEqual(['fsync', 'process', 'process']);
  });

  it('leaves no write-ahead log behind when it stops', async () => {
    await using temporary = await openTemporaryStorage();
    await temporary.storage.accounts.createUser(newUser('usr_a'));
    await temporary.storage.stop();
    for (const name of ['parley.db-wal', 'parley.db-shm'])
      expect(statSync(join(temporary.directory, name), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('finishes what is under way when it stops, and takes nothing after', async () => {
    await using temporary = await openTemporaryStorage();
    const { accounts } = temporary.storage;
    const pending = Array.from({ length: 300 }, (_, i) => accounts.createUser(newUser(`usr_${i}`)));
    const counted = accounts.countUsers();
    const stops = [temporary.storage.stop(), temporary.storage.stop()];
    expect(new Set(await Promise.all(pending))).toEqual(new Set(['created']));
    await expect(counted).resolves.toEqual(expect.any(Number));
    await Promise.all(stops);
    await expect(accounts.countUsers()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(accounts.createUser(newUser('usr_late'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await using again = await open(temporary.directory);
    expect(await again.accounts.countUsers()).toBe(300);
  });
});

describe('one server per data directory', () => {
  it('refuses a second one, naming the first', async () => {
    await using temporary = await openTemporaryStorage();
    const error = await refusal(temporary.directory);
    expect(error.code).toBe('data_dir_in_use');
    expect(error.message).toBe(
      `The Parley server with process id ${process.pid} uses the data directory ${temporary.directory}.`,
    );
    expect(await temporary.storage.accounts.countUsers()).toBe(0);
  });

  it('refuses a second one in another process, and is free at once when the first is killed', async () => {
    using directory = temporaryDirectory();
    await using child = startChild('hold-storage', directory.path);
    await child.lines.next();
    expect((await refusal(directory.path)).code).toBe('data_dir_in_use');
    await child.kill();
    await using storage = await open(directory.path);
    expect(await storage.accounts.countUsers()).toBe(0);
  });

  it('is free again after a start that failed', async () => {
    using directory = temporaryDirectory();
    const database = join(directory.path, 'parley.db');
    writeFileSync(database, 'not a database, but long enough to be looked at'.repeat(100));
    expect((await refusal(directory.path)).code).toBe('database_corrupt');
    expect((await refusal(directory.path)).code).toBe('database_corrupt');
    writeFileSync(database, '');
    await using storage = await open(directory.path);
    expect(await storage.accounts.countUsers()).toBe(0);
  });

  it('lets other programs read while it runs', async () => {
    await using temporary = await openTemporaryStorage();
    await temporary.storage.accounts.createUser(newUser('usr_a'));
    using reader = new DatabaseSync(join(temporary.directory, 'parley.db'), { readOnly: true });
    expect(reader.prepare('SELECT user_id FROM users').all()).toEqual([{ user_id: 'usr_a' }]);
  });
});

describe('a storage that cannot be opened', () => {
  it('says when the directory is a file', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'file');
    writeFileSync(path, '');
    for (const unusable of [path, join(path, 'below')]) {
      const error = await refusal(unusable);
      expect(error.code).toBe('data_dir_unusable');
      expect(error.message).toContain(`The data directory ${unusable} cannot be used: `);
    }
  });

  it.skipIf(process.getuid?.() === 0)('says when the directory cannot be written', async () => {
    using directory = temporaryDirectory();
    chmodSync(directory.path, 0o500);
    expect((await refusal(directory.path)).code).toBe('data_dir_unusable');
    chmodSync(directory.path, 0o700);
  });

  it('says when the database file is a directory', async () => {
    using directory = temporaryDirectory();
    mkdirSync(join(directory.path, 'parley.db'));
    const error = await refusal(directory.path);
    expect(error.code).toBe('data_dir_unusable');
    expect(error.message).toContain(join(directory.path, 'parley.db'));
  });

  it('says when another program has locked the database', async () => {
    await using temporary = await openTemporaryStorage();
    await temporary.storage.stop();
    using other = new DatabaseSync(join(temporary.directory, 'parley.db'));
    other.exec('BEGIN IMMEDIATE');
    const error = await open(temporary.directory, { busyTimeoutMs: 10 }).catch((thrown: AppError) => thrown);
    expect(error).toMatchObject({ code: 'data_dir_unusable', message: expect.stringContaining('SQLITE_BUSY') });
  });

  it('names the damaged file, whatever part of it is damaged', async () => {
    await using temporary = await openTemporaryStorage();
    await temporary.storage.accounts.ensureUsers(Array.from({ length: 500 }, (_, i) => newUser(`usr_${i}`)));
    await temporary.storage.stop();
    const path = join(temporary.directory, 'parley.db');
    const intact = readFileSync(path);
    copyFileSync(path, `${path}.intact`);
    for (const damage of [
      (bytes: Buffer) => bytes.fill('x', 0, 100),
      (bytes: Buffer) => bytes.fill(0x5a, 4096 * 3, 4096 * 4),
      (bytes: Buffer) => bytes.fill(0xff, 4096 * 20, 4096 * 40),
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096 * 2),
    ]) {
      writeFileSync(path, damage(Buffer.from(intact)));
      const error = await refusal(temporary.directory);
      expect(error.code).toBe('database_corrupt');
      expect(error.message).toContain(`The database ${path} is damaged: `);
    }
    writeFileSync(path, intact);
    await using again = await open(temporary.directory);
    expect(await again.accounts.countUsers()).toBe(500);
  });
});
