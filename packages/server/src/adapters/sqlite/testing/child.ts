import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A program of test/fixtures that runs in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly lines: AsyncIterator<string>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program of test/fixtures. */
export function startChild(name: string, ...args: readonly string[]): Child {
  const entry = fileURLToPath(new URL(`../../../../test/fixtures/${name}.ts`, import.meta.url));
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ['--conditions=parley-source', entry, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { lines, kill, [Symbol.asyncDispose]: kill };
}
