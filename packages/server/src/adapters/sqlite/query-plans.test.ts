import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { prepareReads } from './reads/reads.ts';
import { prepareWrites } from './writes/writes.ts';

/** Tables that grow with use. */
const LARGE = [
  'users',
  'sessions',
  'refresh_tokens',
  'chats',
  'members',
  'events',
  'receipt_log',
  'operations',
  'audit',
];
/** Statements that walk one nevertheless: to the first row from the end, and to count. */
const WALKS = ['SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1', 'SELECT count(*) AS users FROM users'];

/** Every statement of the writer and the reader, with SQLite's plan for it. */
async function plans(): Promise<readonly { readonly sql: string; readonly steps: readonly string[] }[]> {
  using database = new DatabaseSync(':memory:');
  await migrate(database, 'memory');
  const statements: string[] = [];
  const recording = new Proxy(database, {
    get: (target, name) => (sql: string) => {
      if (name !== 'prepare') throw new Error(`Statements are prepared, nothing else: ${String(name)}.`);
      statements.push(sql);
      return target.prepare(sql);
    },
  });
  prepareWrites(recording, { nowMs: 0 }, undefined);
  prepareReads(recording, undefined);
  return statements.map((sql) => ({
    sql: sql.replaceAll(/\s+/g, ' ').trim(),
    steps: database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail)),
  }));
}

/** Names by which a statement calls the tables. */
const namesOf = (sql: string, table: string) => [
  table,
  ...[...sql.matchAll(new RegExp(`\\b${table} (\\w+)\\b`, 'g'))].map(([, alias]) => String(alias)),
];

describe('the statements of the storage', () => {
  it('find what they need through an index, however large the tables are', async () => {
    const walks = (await plans()).filter(({ sql, steps }) => {
      const large = LARGE.flatMap((table) => namesOf(sql, table));
      return steps.some((step) => large.some((name) => step.startsWith(`SCAN ${name}`)));
    });
    expect(walks.map(({ sql }) => sql)).toEqual(WALKS);
  });

  it('read the advances of readers member by member', async () => {
    const plan = (await plans()).find(({ sql }) => sql.includes('receipt_log r'));
    expect(plan?.steps.slice(0, 2)).toEqual([
      'SEARCH m USING PRIMARY KEY (chat=?)',
      'SEARCH r USING PRIMARY KEY (chat=? AND user=? AND from_seq>? AND from_seq<?)',
    ]);
  });

  it('count unread messages without reading rows', async () => {
    const counts = (await plans()).filter(({ sql }) => sql.includes('AS unread'));
    expect(counts.length).toBeGreaterThan(0);
    for (const { steps } of counts)
      expect(steps).toContain('SEARCH e USING COVERING INDEX events_by_seq (chat=? AND seq>?)');
  });
});
