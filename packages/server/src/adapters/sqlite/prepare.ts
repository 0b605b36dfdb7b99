import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** A prepared statement whose rows have a known form. */
export interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): Row[];
  iterate(...parameters: SQLInputValue[]): IterableIterator<Row>;
  run(...parameters: SQLInputValue[]): { readonly changes: number };
}

/** Prepares a statement; `Row` is what its columns make, which the schema's tests pin. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  return database.prepare(sql) as unknown as Statement<Row>;
}

/** Prepares a statement whose rows come as arrays: cheaper where many are read. */
export function prepareTuples<Row extends readonly unknown[]>(database: DatabaseSync, sql: string): Statement<Row> {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement as unknown as Statement<Row>;
}
