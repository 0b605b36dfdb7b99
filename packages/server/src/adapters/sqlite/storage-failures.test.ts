import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import type { SqliteStorage, StorageOptions } from './open-storage.ts';
import { openStorage } from './open-storage.ts';
import { openTemporaryStorage, temporaryDirectory } from './testing/temporary-storage.ts';

const USER = 'usr_a';

/** A chat of one user; returns how to send to it. */
async function makeChat({ accounts, chatLog }: SqliteStorage) {
  await accounts.createUser({ id: USER, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null });
  const group = { creatorId: USER, name: 'A', memberIds: [], clientOpId: undefined, maxMembers: 9 };
  const made = await chatLog.createGroup(group);
  if (made.status !== 'ok') throw new Error(made.code);
  const { chatId } = made;
  const send = async (id: string, content = id): Promise<number | string> => {
    const message = { chatId, senderId: USER, content, clientMsgId: id, wantMembers: false };
    try {
      const outcome = await chatLog.append(message);
      return outcome.status === 'ok' ? outcome.seq : outcome.code;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const stored = async () => {
    const page = await chatLog.eventsAfter({ chatId, userId: USER, afterSeq: 1, limit: 1e5, maxBytes: 1e9 });
    return page.events.map((event) => (event.kind === 'message' ? event.clientMsgId : event.kind));
  };
  return { chatId, send, stored };
}

/** Waits until the storage has found by itself that it works. */
const untilWritable = (storage: SqliteStorage) =>
  vi.waitFor(() => expect(storage.health().isWritable).toBe(true), { timeout: 15_000, interval: 20 });

describe('a storage that another program has locked', () => {
  it('fails writes, serves reads, says so in its health, and recovers by itself', async () => {
    const logged: string[] = [];
    const log = {
      ...silentLog,
      error: (_: object, text: string) => logged.push(text),
      info: (_: object, text: string) => logged.push(text),
    };
    await using temporary = await openTemporaryStorage({ busyTimeoutMs: 10, log });
    const { storage } = temporary;
    const { send, stored } = await makeChat(storage);
    expect(await send('before')).toBe(2);
    using other = new DatabaseSync(join(temporary.directory, 'parley.db'));
    other.exec('BEGIN IMMEDIATE');
    expect(await Promise.all([send('one'), send('two')])).toEqual(['storage_unavailable', 'storage_unavailable']);
    expect(storage.health()).toMatchObject({
      isWritable: false,
      isReadable: true,
      lastError: expect.stringContaining('SQLITE_BUSY'),
      queueDepth: 0,
    });
    expect(await stored()).toEqual(['before']);
    other.exec('COMMIT');
    await untilWritable(storage);
    expect(await Promise.all([send('one'), send('two')])).toEqual([3, 4]);
    expect(await stored()).toEqual(['before', 'one', 'two']);
    expect(logged).toEqual([
      'The writer of the storage fails; it is tried again.',
      'The writer of the storage works again.',
    ]);
  });

  it('answers overloaded, and loses nothing it took, when writes come faster than they fail', async () => {
    await using temporary = await openTemporaryStorage({ queueMax: 10, busyTimeoutMs: 50 });
    const { send, stored } = await makeChat(temporary.storage);
    using other = new DatabaseSync(join(temporary.directory, 'parley.db'));
    other.exec('BEGIN IMMEDIATE');
    const outcomes = Array.from({ length: 25 }, (_, i) => send(`m${i}`));
    expect(temporary.storage.health().queueDepth).toBe(10);
    expect(await Promise.all(outcomes.slice(10))).toEqual(Array(15).fill('overloaded'));
    expect(await Promise.all(outcomes.slice(0, 10))).toEqual(Array(10).fill('storage_unavailable'));
    other.exec('COMMIT');
    await untilWritable(temporary.storage);
    for (let i = 0; i < 25; i++) expect(await send(`m${i}`)).toBe(i + 2);
    expect(await stored()).toHaveLength(25);
  });
});

describe('a storage whose database has reached its limit', () => {
  it('fails writes and recovers by itself when there is room', async () => {
    await using temporary = await openTemporaryStorage({ databaseMaxBytes: 512 * 1024 });
    const { storage } = temporary;
    const { send, stored } = await makeChat(storage);
    using other = new DatabaseSync(join(temporary.directory, 'parley.db'));
    other.exec('CREATE TABLE filler AS SELECT zeroblob(200000) AS bytes');
    const acknowledged: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      if ((await send(`m${i}`, 'x'.repeat(2_000))) === 'storage_unavailable') break;
      acknowledged.push(`m${i}`);
    }
    expect(acknowledged.length).toBeLessThan(10_000);
    expect(storage.health().lastError).toContain('SQLITE_FULL');
    other.exec('DROP TABLE filler');
    await untilWritable(storage);
    const last = `m${acknowledged.length}`;
    expect(await send(last, 'x'.repeat(2_000))).toBe(acknowledged.length + 2);
    expect(await stored()).toEqual([...acknowledged, last]);
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

/** A disk of a few megabytes. Undefined where one cannot be made. */
function mountTinyDisk(): ({ readonly path: string } & Disposable) | undefined {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'disk');
  mkdirSync(path);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', path]).status !== 0) return undefined;
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path]);
      directory[Symbol.dispose]();
    },
  };
}

function openOn(directory: string, more: Partial<StorageOptions> = {}): Promise<SqliteStorage> {
  return openStorage({ directory, synchronous: 'full', log: silentLog, ...more });
}

describe.skipIf(!canMount)('a storage whose disk is full', () => {
  it('acknowledges nothing that it could not keep, and recovers by itself when there is room', async (context) => {
    using disk = mountTinyDisk();
    if (disk === undefined) return context.skip('This machine does not let us mount.');
    const filler = join(disk.path, 'filler');
    const directory = join(disk.path, 'data');
    const acknowledged: string[] = [];
    {
      await using storage = await openOn(directory);
      const { send, stored } = await makeChat(storage);
      writeFileSync(filler, Buffer.alloc(1024 * 1024));
      const outcomes: (number | string)[] = [];
      for (let i = 0; i < 1_000 && outcomes.at(-1) !== 'storage_unavailable'; i++) {
        outcomes.push(await send(`m${i}`, 'x'.repeat(10_000)));
        if (typeof outcomes.at(-1) === 'number') acknowledged.push(`m${i}`);
      }
      expect(outcomes.at(-1)).toBe('storage_unavailable');
      expect(storage.health().lastError).toMatch(/SQLITE_(FULL|IOERR)/);
      expect(await stored()).toEqual(acknowledged);
      rmSync(filler);
      await untilWritable(storage);
      const last = `m${acknowledged.length}`;
      expect(await send(last, 'x'.repeat(10_000))).toBe(acknowledged.length + 2);
      acknowledged.push(last);
      expect(await stored()).toEqual(acknowledged);
    }
    await using again = await openOn(directory);
    const [chat] = (await again.chatLog.listChats({ userId: USER, limit: 1 })).chats;
    expect(chat?.lastSeq).toBe(acknowledged.length + 1);
  });

  it('does not start on a disk without any room', async (context) => {
    using disk = mountTinyDisk();
    if (disk === undefined) return context.skip('This machine does not let us mount.');
    writeFileSync(join(disk.path, 'filler'), Buffer.alloc(3 * 1024 * 1024 - 8 * 4096));
    await expect(openOn(join(disk.path, 'data'))).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringMatching(/disk is full|disk I\/O error/),
    });
  });
});

/** Files that cannot be changed, not even by root; some file systems do not know that. */
const setImmutable = (isImmutable: boolean, ...paths: string[]) =>
  spawnSync('chattr', [isImmutable ? '+i' : '-i', ...paths]).status === 0;

describe.skipIf(!canMount)('a storage whose files became read-only', () => {
  it('fails writes, serves reads, and recovers by itself', async (context) => {
    await using temporary = await openTemporaryStorage({ synchronous: 'full' });
    const { storage } = temporary;
    const { send, stored } = await makeChat(storage);
    expect(await send('before')).toBe(2);
    const files = ['parley.db', 'parley.db-wal'].map((name) => join(temporary.directory, name));
    if (!setImmutable(true, ...files)) return context.skip('This file system has no immutable files.');
    try {
      expect(await send('one')).toBe('storage_unavailable');
      expect(await send('one')).toBe('storage_unavailable');
      expect(storage.health().isWritable).toBe(false);
      expect(await stored()).toEqual(['before']);
    } finally {
      setImmutable(false, ...files);
    }
    await untilWritable(storage);
    expect(await send('one')).toBe(3);
    expect(await stored()).toEqual(['before', 'one']);
  });
});
