import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { type DataLock, lockDataDirectory } from './data-lock.ts';
import { temporaryDirectory } from './testing/temporary-storage.ts';

function take(directory: string): DataLock | AppError {
  try {
    return lockDataDirectory(directory, join(directory, 'parley.lock'));
  } catch (error) {
    return error as AppError;
  }
}

describe('the lock of a data directory', () => {
  it('is held by one at a time', () => {
    using directory = temporaryDirectory();
    const attempts = Array.from({ length: 5 }, () => take(directory.path));
    const [holder, ...others] = attempts;
    expect(holder).not.toBeInstanceOf(AppError);
    for (const other of others) expect(other).toMatchObject({ code: 'data_dir_in_use' });
    (holder as DataLock).release();
    const next = take(directory.path);
    expect(next).not.toBeInstanceOf(AppError);
    (next as DataLock).release();
  });

  it('does not mind what an earlier server left in its file', () => {
    using directory = temporaryDirectory();
    (take(directory.path) as DataLock).release();
    const path = join(directory.path, 'parley.lock');
    expect(readFileSync(path).length).toBeGreaterThan(0);
    const lock = take(directory.path);
    expect(lock).not.toBeInstanceOf(AppError);
    (lock as DataLock).release();
  });

  it('locks one directory only', () => {
    using a = temporaryDirectory();
    using b = temporaryDirectory();
    const locks = [take(a.path), take(b.path)];
    for (const lock of locks) {
      expect(lock).not.toBeInstanceOf(AppError);
      (lock as DataLock).release();
    }
  });

  it('says so when its file is no lock', () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'parley.lock'), 'x'.repeat(5_000));
    expect(take(directory.path)).toMatchObject({ message: expect.stringContaining('not a database') });
  });
});
