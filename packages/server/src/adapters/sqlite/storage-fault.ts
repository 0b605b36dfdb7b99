/** SQLite's primary result codes that are about the disk or the database, not about the statement. */
const FAULTS: ReadonlyMap<number, string> = new Map([
  [3, 'SQLITE_PERM'],
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [7, 'SQLITE_NOMEM'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [15, 'SQLITE_PROTOCOL'],
  [22, 'SQLITE_NOLFS'],
  [23, 'SQLITE_AUTH'],
  [26, 'SQLITE_NOTADB'],
]);
const CORRUPT_CODES = [11, 26];

/** What SQLite said, or undefined when the failure is not one of storage (a constraint, a fault of the program). */
export function storageFault(error: unknown): string | undefined {
  const code = resultCode(error);
  const name = code === undefined ? undefined : FAULTS.get(code & 0xff);
  return name === undefined ? undefined : `SQLite reports "${(error as Error).message}" (${name}, ${code}).`;
}

/** Whether the file is damaged or no database at all. */
export function isCorruption(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && CORRUPT_CODES.includes(code & 0xff);
}

/** The extended result code of an error of node:sqlite. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
