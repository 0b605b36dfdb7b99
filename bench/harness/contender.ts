import type { DialectName, LoadSpec, RoundResult } from '../load/load-spec.ts';
import type { ServerName } from '../servers/server-table.ts';
import type { Cores } from './child.ts';
import { LoadProcess } from './load-process.ts';
import { RunningServer, type ServerOptions } from './running-server.ts';

/** A server and the load that is put on it. */
export interface ContenderSpec {
  readonly server: ServerName;
  readonly dialect: DialectName;
  readonly load: LoadSpec;
  readonly serverOptions: ServerOptions;
  readonly loadCores: Cores;
}

/** One of several servers that take turns; one that fails is left out from then on. */
export class Contender {
  readonly spec: ContenderSpec;
  readonly rounds: RoundResult[] = [];
  /** Why it is out; undefined while it is in. */
  failure: string | undefined = undefined;
  #server: RunningServer | undefined = undefined;
  #load: LoadProcess | undefined = undefined;

  constructor(spec: ContenderSpec) {
    this.spec = spec;
  }

  /** The process that serves. */
  get server(): RunningServer {
    if (this.#server === undefined) throw new Error('The server was not started.');
    return this.#server;
  }

  /** Starts server and load, and warms both up with so many rounds that are not counted. */
  async open(warmUps: number, roundMs: number): Promise<void> {
    await this.#attempt(async () => {
      const { server, dialect, load, serverOptions, loadCores } = this.spec;
      this.#server = await RunningServer.start(server, serverOptions);
      const target = { port: this.#server.port, pid: this.#server.child.pid, dialect, secret: serverOptions.secret };
      this.#load = await LoadProcess.open({ spec: load, target }, loadCores);
      for (let warmUp = 0; warmUp < warmUps; warmUp++) await this.#load.round(roundMs);
    });
  }

  /** Measures one round. */
  async round(durationMs: number): Promise<void> {
    const load = this.#load;
    if (load === undefined || this.failure !== undefined) return;
    await this.#attempt(async () => {
      this.rounds.push(await load.round(durationMs));
    });
  }

  /** Ends server and load. */
  async close(): Promise<void> {
    this.#load?.close();
    await this.#server?.stop();
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const output = this.#server?.child.output ?? '';
      this.failure = `${error instanceof Error ? error.message : String(error)}${output === '' ? '' : `\n${output}`}`;
    }
  }
}
