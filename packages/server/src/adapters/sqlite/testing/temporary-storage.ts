import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../kernel/clock.ts';
import { silentLog } from '../../../kernel/log.ts';
import { openStorage, type SqliteStorage, type StorageOptions } from '../open-storage.ts';

/** A directory that goes away with the test. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'parley-storage-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A clock that stands still until it is moved. */
export class StoppedClock implements Clock {
  nowMs = Date.UTC(2026, 10, 20);

  now(): number {
    return this.nowMs;
  }

  monotonic(): number {
    return this.nowMs;
  }
}

let template: Promise<Buffer> | undefined;

/** An empty database, made once: tests do not each wait for the migrations. */
async function emptyDatabase(): Promise<Buffer> {
  using directory = temporaryDirectory();
  const storage = await openStorage({ directory: directory.path, synchronous: 'off', log: silentLog });
  await storage.stop();
  return readFileSync(join(directory.path, 'parley.db'));
}

/** A storage in a directory of its own. Nothing waits for the disk unless the test asks for it. */
export async function openTemporaryStorage(
  options: Partial<StorageOptions> = {},
): Promise<{ readonly storage: SqliteStorage; readonly directory: string } & AsyncDisposable> {
  const directory = temporaryDirectory();
  template ??= emptyDatabase();
  writeFileSync(join(directory.path, 'parley.db'), await template);
  const storage = await openStorage({ directory: directory.path, synchronous: 'off', log: silentLog, ...options });
  return {
    storage,
    directory: directory.path,
    async [Symbol.asyncDispose]() {
      await storage.stop();
      directory[Symbol.dispose]();
    },
  };
}
