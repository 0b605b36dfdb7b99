import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which cores a process may use, as `taskset -c` takes them. */
export type Cores = '0' | '1' | '0,1';

/** How to start a child. */
export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cores: Cores;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether messages can be exchanged with it (`process.send`). */
  readonly hasChannel?: boolean;
}

/** Text of a child's output that is kept for error messages. */
const OUTPUT_KEPT_CHARS = 4000;
const STOP_TIMEOUT_MS = 15_000;

const running = new Set<Child>();

/**
 * A child process on given cores. It dies with this process, even when that is killed: `stopAllChildren` runs at every
 * orderly end, and where `setpriv` is there the kernel ends children whose parent is gone.
 */
export class Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
  #output = '';

  private constructor(name: string, process: ChildProcess) {
    this.name = name;
    this.process = process;
    this.ended = new Promise((resolve) => {
      process.once('error', (error) => resolve(error.message));
      process.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    const keep = (text: string) => {
      this.#output = (this.#output + text).slice(-OUTPUT_KEPT_CHARS);
    };
    process.stdout?.setEncoding('utf8').on('data', keep);
    process.stderr?.setEncoding('utf8').on('data', keep);
    running.add(this);
    void this.ended.then(() => running.delete(this));
  }

  /** Starts a program on the given cores. */
  static start(options: ChildOptions): Child {
    const [command = '', ...args] = [
      ...deathSignalPrefix(),
      requireProgram('taskset'),
      '-c',
      options.cores,
      options.command,
      ...options.args,
    ];
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(options.hasChannel === true ? (['ipc'] as const) : [])];
    return new Child(options.name, spawn(command, args, { stdio, env: { ...inheritedEnv(), ...options.env } }));
  }

  /** @throws Error when it could not be started */
  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} could not be started.`);
    return this.process.pid;
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output.trim();
  }

  /** Lets it end by itself (SIGTERM), or kills it when it takes too long. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(): void {
    this.process.kill('SIGKILL');
  }
}

/** Kills every child that still runs; for the end of this process, however it comes. */
export function stopAllChildren(): void {
  for (const child of running) child.kill();
}

/** Settings of Parley in the caller's environment must not reach the measured server. */
function inheritedEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? undefined : { TMPDIR }) };
}

function deathSignalPrefix(): readonly string[] {
  const setpriv = findProgram('setpriv');
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL'];
}

function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`The benchmark pins processes with ${name}; install util-linux.`);
  return path;
}

function findProgram(name: string): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
