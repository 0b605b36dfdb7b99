import { connect } from 'node:net';
import { NOT_INSTALLED, SERVERS, type ServerName } from '../servers/server-table.ts';
import { Child, type Cores } from './child.ts';
import { findFreePort } from './free-port.ts';
import { createScratchDirectory, removeScratchDirectory } from './scratch-directory.ts';

/** How to start a server for measuring. */
export interface ServerOptions {
  readonly cores: Cores;
  /** Text of the secret that its tokens are signed with. */
  readonly secret: string;
  /** Options of Node to add. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A data directory to use and keep; by default the server gets a new one, removed with it. */
  readonly dataDir?: string;
}

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 25;

/** A server that listens on a port of loopback. */
export class RunningServer {
  readonly name: ServerName;
  readonly port: number;
  readonly child: Child;
  readonly #removeData: () => void;

  private constructor(name: ServerName, port: number, child: Child, removeData: () => void) {
    this.name = name;
    this.port = port;
    this.child = child;
    this.#removeData = removeData;
  }

  /** Starts one and waits until it accepts connections. Rejects with what it printed when it does not. */
  static async start(name: ServerName, options: ServerOptions): Promise<RunningServer> {
    const kind = SERVERS[name];
    const command = kind.command();
    if (command === undefined) throw new Error(NOT_INSTALLED);
    const port = await findFreePort();
    const dataDir = options.dataDir ?? createScratchDirectory();
    const child = Child.start({
      name: kind.title,
      command,
      args: [...(kind.isNode ? (options.nodeArgs ?? []) : []), ...kind.args],
      cores: options.cores,
      env: { PORT: String(port), DATA_DIR: dataDir, JWT_SECRET: options.secret, ...kind.env, ...options.env },
    });
    const removeData = () => {
      if (options.dataDir === undefined) removeScratchDirectory(dataDir);
    };
    const server = new RunningServer(name, port, child, removeData);
    try {
      await server.#untilListening();
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  /** Lets it end in order. */
  async stop(): Promise<void> {
    await this.child.stop();
    this.#removeData();
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.child.kill();
    await this.child.ended;
    this.#removeData();
  }

  async #untilListening(): Promise<void> {
    const giveUpMs = performance.now() + START_TIMEOUT_MS;
    while (!(await acceptsConnections(this.port))) {
      if (!this.child.isRunning) throw new Error(`It ended at the start: ${this.child.output}`);
      if (performance.now() > giveUpMs)
        throw new Error(`It does not listen after ${START_TIMEOUT_MS} ms: ${this.child.output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
