import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { MIGRATIONS, type NumberedMigration } from './migrations.ts';

/** A step that adds a table. */
const step = (name: string, isBreaking: boolean): NumberedMigration => ({
  name,
  isBreaking,
  load: async () => ({
    up: async (db) => void (await sql.raw('CREATE TABLE added (x ANY) STRICT').execute(db)),
  }),
});

/** Tables, indexes and triggers of a database, as SQL. */
function schemaOf(database: DatabaseSync): string {
  const rows = database
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'kysely%' ORDER BY tbl_name, type <> 'table', type, name",
    )
    .all();
  return `${rows.map(({ sql: text }) => `${text};`).join('\n\n')}\n`;
}

describe('the schema of the embedded database', () => {
  it('is what the migrations make of an empty file', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory');
    await expect(schemaOf(database)).toMatchFileSnapshot('./schema.golden.sql');
  });

  it('has numbered steps in order', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    for (const [index, name] of names.entries())
      expect(name).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z-]+$`));
  });

  it('makes a table refuse a seq with a hole or a repetition', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory');
    database.exec(`
      INSERT INTO users (id, user_id, issuer, roles, is_disabled, created_at) VALUES (1, 'usr_a', 'parley', '[]', 0, 0);
      INSERT INTO chats VALUES (1, 'chat_a', 'group', NULL, 1, NULL, NULL, 1, 0, 0, 0, 0);
    `);
    const add = (...seqs: number[]) => {
      for (const seq of seqs)
        database.exec(`INSERT INTO events (chat, seq, kind, actor, ts, payload) VALUES (1, ${seq}, 1, 1, 0, '')`);
      database.exec(`UPDATE chats SET last_seq = ${seqs.at(-1)}`);
    };
    const attempt = (...seqs: number[]) => {
      database.exec('BEGIN');
      try {
        add(...seqs);
        database.exec('COMMIT');
        return 'done';
      } catch (error) {
        database.exec('ROLLBACK');
        return (error as Error).message;
      }
    };
    expect(attempt(1, 2, 3)).toBe('done');
    expect(attempt(5)).toMatch(/hole or a repetition/);
    expect(attempt(4, 6)).toMatch(/hole or a repetition/);
    expect(attempt(4, 4, 6)).toMatch(/hole or a repetition/);
    expect(attempt(4, 5, 4)).toMatch(/hole or a repetition/);
    expect(attempt(4, 5)).toBe('done');
  });
});

describe('migrating', () => {
  it('does nothing the second time', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory');
    const before = schemaOf(database);
    await migrate(database, 'memory');
    expect(schemaOf(database)).toBe(before);
  });

  it('takes the steps that are missing', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory');
    await migrate(database, 'memory', [...MIGRATIONS, step('0099-more', false)]);
    expect(schemaOf(database)).toContain('CREATE TABLE added');
  });

  it('leaves everything as it was when a step fails', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory');
    const before = schemaOf(database);
    const failing = {
      ...step('0099-fails', true),
      load: () => Promise.resolve({ up: () => Promise.reject(new Error('no')) }),
    };
    await expect(migrate(database, 'memory', [...MIGRATIONS, step('0098-more', true), failing])).rejects.toThrow('no');
    expect(schemaOf(database)).toBe(before);
    await migrate(database, 'memory');
  });

  it('refuses a schema with a breaking step that it does not know', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, '/data/parley.db', [...MIGRATIONS, step('0099-more', true)]);
    await expect(migrate(database, '/data/parley.db')).rejects.toMatchObject({
      code: 'schema_too_new',
      message:
        '/data/parley.db was written by a newer Parley: it has the schema step 0099-more, which this version does not know.',
    });
  });

  it('works with a schema whose newer steps break nothing', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory', [...MIGRATIONS, step('0099-more', false)]);
    await expect(migrate(database, 'memory')).resolves.toBeUndefined();
  });

  it('does not put its own steps after those of a newer Parley', async () => {
    using database = new DatabaseSync(':memory:');
    await migrate(database, 'memory', [...MIGRATIONS, step('0099-more', false)]);
    await expect(migrate(database, 'memory', [...MIGRATIONS, step('0098-other', false)])).rejects.toMatchObject({
      code: 'schema_too_new',
    });
  });
});
