import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { DEADLINE_MS } from './until.ts';

/** How a program ended and what it wrote. */
export interface Ran {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program gets. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; empty by default. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end. One that hangs is killed, and `signal` says so. */
export async function runProgram(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ran> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [ended, stdout, stderr] = await Promise.all([exitOf(child), text(child.stdout), text(child.stderr)]);
  return { ...ended, stdout, stderr };
}

/** How a process ends. @throws Error when it cannot be started */
export function exitOf(child: ChildProcess): Promise<Pick<Ran, 'exitCode' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}
