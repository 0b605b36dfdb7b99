import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories = new Set<string>();
process.on('exit', () => {
  for (const path of directories) removeScratchDirectory(path);
});

/** Makes an empty directory for data of a run. It goes away with this process at the latest. */
export function createScratchDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  directories.add(path);
  return path;
}

/** Removes a directory that `createScratchDirectory` made. */
export function removeScratchDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
  directories.delete(path);
}
