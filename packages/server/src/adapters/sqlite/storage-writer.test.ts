import { describe, expect, it } from 'vitest';
import { CHAT, openChatInWriter, USER } from './testing/chat-in-writer.ts';

const key = (id: string, hash: string) => ({ id, name: 'k', hash, scopes: [] });

describe('a transaction of the writer', () => {
  it('keeps the good calls when one breaks a constraint', async () => {
    using chat = await openChatInWriter();
    chat.writer.run([['createKey', key('key_1', 'same')]], 1);
    const outcomes = chat.writer.run(
      [
        ['append', CHAT, USER, 'before', null, false],
        ['createKey', key('key_2', 'same')],
        ['append', CHAT, USER, 'after', null, false],
      ],
      1,
    );
    expect(outcomes.values).toMatchObject([{ seq: 2 }, null, { seq: 3 }]);
    expect([...(outcomes.failures?.keys() ?? [])]).toEqual([1]);
    expect(outcomes.failures?.get(1)).toMatchObject({ code: 'internal', reason: expect.stringMatching(/UNIQUE/) });
    expect(chat.stored().map(({ payload }) => payload)).toEqual(['before', 'after']);
    expect(chat.send('next')).toEqual([4]);
  });

  it('fails a call of an operation that does not exist, and no other', async () => {
    using chat = await openChatInWriter();
    const outcomes = chat.writer.run([['append', CHAT, USER, 'good', null, false], ['dropEverything']], 1);
    expect(outcomes.values[0]).toMatchObject({ seq: 2 });
    expect(outcomes.failures?.get(1)).toMatchObject({ code: 'internal' });
  });

  it('sees what earlier calls of the same transaction did', async () => {
    using chat = await openChatInWriter();
    const user = { id: 'usr_b', issuer: 'parley', username: null, name: null, roles: [], passwordHash: null };
    const add = { chatId: CHAT, actorId: USER, clientOpId: undefined, action: 'add', userId: 'usr_b' };
    const outcomes = chat.writer.run(
      [
        ['append', CHAT, 'usr_b', 'too early', null, false],
        ['createUser', user],
        ['changeGroup', add, 9],
        ['append', CHAT, 'usr_b', 'now', null, true],
        ['changeGroup', { ...add, action: 'remove' }, 9],
        ['append', CHAT, 'usr_b', 'too late', null, false],
      ],
      1,
    );
    expect(outcomes.values).toMatchObject([
      { code: 'chat_not_found' },
      'created',
      { seq: 2 },
      { seq: 3, memberIds: [USER, 'usr_b'] },
      { seq: 4 },
      { code: 'chat_not_found' },
    ]);
  });

  it('keeps the numbering of chats when they are read from the table again', async () => {
    using chat = await openChatInWriter();
    expect(chat.send('a', 'b')).toEqual([2, 3]);
    chat.writer.close();
    expect(chat.send('c')).toEqual([4]);
    using other = chat.connect();
    expect(other.prepare('SELECT gid, seq FROM events ORDER BY gid').all()).toEqual(
      [1, 2, 3, 4].map((n) => ({ gid: n, seq: n })),
    );
  });

  it('goes on after the newest event that is left', async () => {
    using chat = await openChatInWriter();
    chat.send('a', 'b');
    chat.writer.close();
    using other = chat.connect();
    other.exec('DELETE FROM events WHERE gid < 3');
    chat.send('c');
    expect(other.prepare('SELECT gid, seq FROM events').all()).toEqual([
      { gid: 3, seq: 3 },
      { gid: 4, seq: 4 },
    ]);
  });
});

describe('a writer whose storage fails', () => {
  it('acknowledges nothing while the database is full, and goes on when there is room', async () => {
    using chat = await openChatInWriter({ databaseMaxBytes: 512 * 1024 });
    using other = chat.connect();
    other.exec('CREATE TABLE filler AS SELECT zeroblob(200000) AS bytes');
    const acknowledged: string[] = [];
    const fill = (round: number) => Array.from({ length: 20 }, (_, i) => `${round}-${i}-${'x'.repeat(500)}`);
    let round = 0;
    let outcomes: readonly (number | string)[];
    do {
      const contents = fill(++round);
      outcomes = chat.send(...contents);
      if (outcomes[0] !== 'storage_unavailable') acknowledged.push(...contents);
    } while (outcomes[0] !== 'storage_unavailable' && round < 1_000);
    expect(outcomes).toEqual(Array(20).fill('storage_unavailable'));
    expect(chat.stored().map(({ payload }) => payload)).toEqual(acknowledged);

    other.exec('DROP TABLE filler');
    // the same requests again, as clients send them
    expect(chat.send(...fill(round))).toEqual(Array.from({ length: 20 }, (_, i) => acknowledged.length + 2 + i));
    expect(chat.stored()).toHaveLength(acknowledged.length + 20);
  });

  it('says what is wrong in words of SQLite', async () => {
    using chat = await openChatInWriter();
    chat.writer.database?.exec('PRAGMA query_only = ON');
    const outcomes = chat.writer.run([['append', CHAT, USER, 'x', null, false]], 1);
    expect(outcomes.failures?.get(0)).toEqual({
      code: 'storage_unavailable',
      reason: 'SQLite reports "attempt to write a readonly database" (SQLITE_READONLY, 8).',
    });
  });

  it('recovers from a connection that became read-only', async () => {
    using chat = await openChatInWriter();
    chat.send('a');
    chat.writer.database?.exec('PRAGMA query_only = ON');
    expect(chat.send('b', 'c')).toEqual(['storage_unavailable', 'storage_unavailable']);
    expect(chat.send('b', 'c')).toEqual([3, 4]);
  });

  it('fails while another program holds the write lock, and recovers when it lets go', async () => {
    using chat = await openChatInWriter();
    using other = chat.connect();
    other.exec('BEGIN IMMEDIATE');
    expect(chat.send('a')).toEqual(['storage_unavailable']);
    expect(chat.send('a')).toEqual(['storage_unavailable']);
    other.exec('COMMIT');
    expect(chat.send('a')).toEqual([2]);
  });

  it('writes something when it opens the database, so that calls which write nothing show whether it can', async () => {
    using chat = await openChatInWriter();
    using other = chat.connect();
    const openedAt = () => other.prepare("SELECT value FROM meta WHERE key = 'opened_at'").get();
    chat.writer.close();
    chat.writer.run([['probe']], 123);
    expect(openedAt()).toEqual({ value: '123' });
    chat.writer.run([['probe']], 456);
    expect(openedAt()).toEqual({ value: '123' });
    other.exec('BEGIN IMMEDIATE');
    expect(chat.writer.run([['probe']], 456).failures?.get(0)).toMatchObject({ code: 'storage_unavailable' });
    other.exec('COMMIT');
    expect(chat.writer.run([['probe']], 789).failures).toBeUndefined();
    expect(openedAt()).toEqual({ value: '789' });
  });

  it('forgets what a failed transaction did', async () => {
    using chat = await openChatInWriter();
    const leave = { chatId: CHAT, actorId: USER, clientOpId: undefined, action: 'leave' };
    chat.send('a');
    // fails at the commit: a reference to nobody, checked as late as possible
    chat.writer.database?.exec(
      "PRAGMA defer_foreign_keys = ON; CREATE TRIGGER break AFTER UPDATE ON members BEGIN INSERT INTO sessions VALUES (9, 's', 99, 0, 0, NULL, NULL); END",
    );
    const outcomes = chat.writer.run(
      [
        ['append', CHAT, USER, 'b', 'b', false],
        ['changeGroup', leave, 9],
      ],
      1,
    );
    expect(outcomes.values[0]).toMatchObject({ seq: 3 });
    expect(outcomes.failures?.get(1)).toMatchObject({ code: 'internal' });
    // the user did not leave, and the event of leaving did not take a seq
    expect(chat.send('c')).toEqual([4]);
  });
});
