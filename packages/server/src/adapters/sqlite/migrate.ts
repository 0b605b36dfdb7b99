import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import type { Migration } from 'kysely/migration';
import { MIGRATIONS, type NumberedMigration } from './migrations.ts';
import { prepare } from './prepare.ts';
import { StartRefused } from './start-refused.ts';

/** Row of `meta` that names the newest step which older servers must refuse. */
const BREAKING_KEY = 'breaking_migration';

/**
 * Brings the schema up to date; all pending steps are one transaction. Kysely is loaded only when there is something
 * to do: a start without migrations must be quick.
 * @throws StartRefused `schema_too_new` when a newer Parley left a schema that this one would damage
 */
export async function migrate(
  database: DatabaseSync,
  path: string,
  known: readonly NumberedMigration[] = MIGRATIONS,
): Promise<void> {
  const taken = takenMigrations(database);
  const pending = known.filter(({ name }) => !taken.includes(name));
  const unknown = taken.filter((name) => !known.some((migration) => migration.name === name));
  const newest = unknown.at(-1);
  if (newest !== undefined && (pending.length > 0 || unknown.includes(newestBreaking(database) ?? newest)))
    throw new StartRefused(
      'schema_too_new',
      `${path} was written by a newer Parley: it has the schema step ${newest}, which this version does not know.`,
    );
  if (pending.length > 0) await takeMigrations(database, known);
}

function takenMigrations(database: DatabaseSync): readonly string[] {
  const table = prepare<{ name: string }>(database, "SELECT name FROM sqlite_schema WHERE name = 'kysely_migration'");
  if (table.get() === undefined) return [];
  const rows = prepare<{ name: string }>(database, 'SELECT name FROM kysely_migration ORDER BY name').all();
  return rows.map(({ name }) => name);
}

function newestBreaking(database: DatabaseSync): string | undefined {
  return prepare<{ value: string }>(database, 'SELECT value FROM meta WHERE key = ?').get(BREAKING_KEY)?.value;
}

async function takeMigrations(database: DatabaseSync, known: readonly NumberedMigration[]): Promise<void> {
  const [{ Kysely, SqliteDialect }, { Migrator }] = await Promise.all([import('kysely'), import('kysely/migration')]);
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: kyselyDatabase(database) }) });
  const loaded = known.map(async (step) => [step.name, noteBreaking(database, step, await step.load())] as const);
  const provider = { getMigrations: async () => Object.fromEntries(await Promise.all(loaded)) };
  // Kysely takes SQLite's DDL for one that cannot be undone, and would leave the steps before a failed one
  database.exec('BEGIN IMMEDIATE');
  try {
    const { error } = await new Migrator({ db, provider }).migrateToLatest();
    if (error !== undefined) throw error as Error;
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Has a breaking step leave its name in its own transaction. */
function noteBreaking(database: DatabaseSync, step: NumberedMigration, migration: Migration): Migration {
  if (!step.isBreaking) return migration;
  return {
    up: async (db) => {
      await migration.up(db);
      prepare(database, 'INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2').run(
        BREAKING_KEY,
        step.name,
      );
    },
  };
}

/** What Kysely's SQLite dialect needs of a driver. The connection stays ours to close. */
function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    close: () => undefined,
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
