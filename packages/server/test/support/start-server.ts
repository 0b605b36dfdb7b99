import { type ChildProcess, spawn } from 'node:child_process';
import { parleyCommand, parleyEnvironment } from './parley-command.ts';
import { exitOf, type Ran } from './run-program.ts';
import { ServerLog } from './server-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { within } from './until.ts';

/** How a server process ended. */
export type ServerExit = Pick<Ran, 'exitCode' | 'signal'>;

/** What the server runs with. */
export interface StartOptions {
  /** Settings; the environment of the tests is not passed on. Rate limits are off unless set. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory of the caller's, kept afterwards. By default a new one, removed with the server. */
  readonly dataDir?: string;
  /** Puts something around the program, such as a tracer. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
  /** The log may tell of faults. Otherwise one fails the test. */
  readonly mayLogFaults?: boolean;
}

/**
 * Starts the real server on a free loopback port and a new data directory: `await using server = await startServer()`.
 * When the test ends it is stopped by its process id; a server that died by itself or logged a fault fails the test.
 */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const directory = options.dataDir === undefined ? await temporaryDirectory() : undefined;
  const server = new TestServer(options, options.dataDir ?? (directory as { path: string }).path, directory);
  try {
    await server.start();
    return server;
  } catch (failure) {
    await server.abandon();
    throw failure;
  }
}

/** A server process, its log and its data. */
export class TestServer implements AsyncDisposable {
  readonly host: string;
  readonly dataDir: string;
  readonly log = new ServerLog();
  readonly #options: StartOptions;
  readonly #directory: AsyncDisposable | undefined;
  #port: number;
  #pid = 0;
  #child: ChildProcess | undefined;
  #exit: Promise<ServerExit> = Promise.resolve({ exitCode: null, signal: null });
  #isEndExpected = false;

  constructor(options: StartOptions, dataDir: string, directory: AsyncDisposable | undefined) {
    this.#options = options;
    this.dataDir = dataDir;
    this.#directory = directory;
    this.host = options.env?.['HOST'] ?? '127.0.0.1';
    this.#port = Number(options.env?.['PORT'] ?? 0);
  }

  /** Where it listens; the same after a restart. */
  get port(): number {
    return this.#port;
  }

  /** The process of the server itself, not of what is around it. */
  get pid(): number {
    return this.#pid;
  }

  get origin(): string {
    return `http://${this.host}:${this.#port}`;
  }

  /** How the process ends; without a signal of ours that is left to the test. */
  get exited(): Promise<ServerExit> {
    this.#isEndExpected = true;
    return within('the server to exit', this.#exit, 60_000);
  }

  /** Starts the process and waits until it listens. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const { env, wrap = (command: readonly string[]) => command } = this.#options;
    const [program = '', ...args] = wrap(parleyCommand(['start']));
    const from = this.log.lines.length;
    const child = spawn(program, args, {
      // where no configuration file lies about
      cwd: '/',
      env: parleyEnvironment({
        RATE_LIMITS: 'off',
        ...env,
        ...settings,
        DATA_DIR: this.dataDir,
        PORT: String(this.#port),
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#pid = 0;
    this.#isEndExpected = false;
    this.#exit = exitOf(child);
    this.log.readLines(child.stdout);
    this.log.readText(child.stderr);
    const died = this.#exit.then(({ exitCode }) =>
      Promise.reject(new Error(`The server ended with ${exitCode} instead of listening:\n${this.log.text}`)),
    );
    const line = await Promise.race([this.log.waitFor('listening', ({ msg }) => msg === 'listening', from), died]);
    died.catch(() => undefined);
    this.#port = line['port'] as number;
    this.#pid = line['pid'] as number;
  }

  /** Sends a signal and leaves the end to the test. */
  signal(signal: NodeJS.Signals): void {
    this.#isEndExpected = true;
    process.kill(this.#pid, signal);
  }

  /** Ends the process at once, as a crash would, or as the signal asks. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ServerExit> {
    this.signal(signal);
    return this.exited;
  }

  /** Starts again on the same data and port, after a `kill` when it still runs. */
  async restart(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#isRunning) await this.kill();
    await this.start(settings);
  }

  /** Ends what is left of it, also of one that never listened, and removes its data. */
  async abandon(): Promise<void> {
    if (this.#isRunning && this.#pid > 0) process.kill(this.#pid, 'SIGKILL');
    else if (this.#isRunning) this.#child?.kill('SIGKILL');
    await this.#exit.catch(() => undefined);
    await this.#directory?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const diedAlone = !this.#isRunning && !this.#isEndExpected;
    await this.abandon();
    if (diedAlone) throw new Error(`The server ended by itself:\n${this.log.text}`);
    const [fault] = this.#options.mayLogFaults === true ? [] : this.log.faults;
    if (fault !== undefined) throw new Error(`The server logged a fault: ${JSON.stringify(fault)}`);
  }

  get #isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }
}
