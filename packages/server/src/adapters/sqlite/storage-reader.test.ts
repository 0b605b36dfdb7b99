import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StorageReader } from './storage-reader.ts';
import { CHAT, openChatInWriter, USER } from './testing/chat-in-writer.ts';
import { temporaryDirectory } from './testing/temporary-storage.ts';

const openReader = (path: string) => new StorageReader({ path, busyTimeoutMs: 20, auditKey: undefined });

describe('the reader', () => {
  it('answers every call for itself', async () => {
    using chat = await openChatInWriter();
    const reader = openReader(chat.path);
    const outcomes = reader.run([['memberIds', CHAT], ['noSuchRead'], ['findUser', USER]]);
    expect(outcomes.values).toMatchObject([[USER], null, { id: USER }]);
    expect(outcomes.failures?.get(1)).toMatchObject({ code: 'internal' });
    reader.close();
  });

  it('sees what was committed before, and nothing that comes in between', async () => {
    using chat = await openChatInWriter();
    const reader = openReader(chat.path);
    const heads = (): unknown => reader.run([['heads', USER, undefined]]).values[0];
    expect(heads()).toEqual([{ chatId: CHAT, headSeq: 1 }]);
    for (const seq of [2, 3, 4]) {
      chat.send(`message ${seq}`);
      expect(heads()).toEqual([{ chatId: CHAT, headSeq: seq }]);
    }
    reader.close();
  });

  it('fails while there is no database, and reads as soon as there is one', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'parley.db');
    const reader = openReader(path);
    expect(reader.run([['countUsers']]).failures?.get(0)).toMatchObject({
      code: 'storage_unavailable',
      reason: expect.stringContaining('SQLITE_CANTOPEN'),
    });
    using chat = await openChatInWriter({ path });
    expect(chat.stored()).toEqual([]);
    expect(reader.run([['countUsers']])).toEqual({ kind: 'outcomes', values: [1] });
    reader.close();
  });

  it('cannot write', async () => {
    using chat = await openChatInWriter();
    const reader = openReader(chat.path);
    expect(reader.run([['createUser', { id: 'usr_b' }]]).failures?.get(0)).toMatchObject({ code: 'internal' });
    reader.close();
  });

  it('lets the write-ahead log be emptied between its reads', async () => {
    using chat = await openChatInWriter();
    const reader = openReader(chat.path);
    chat.send('a');
    reader.run([['findChat', CHAT, USER]]);
    using other = chat.connect();
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0, log: 0 });
    reader.close();
  });
});
