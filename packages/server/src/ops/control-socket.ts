import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AppError } from '../kernel/app-error.ts';
import type { Service } from '../kernel/lifecycle.ts';
import type { Log } from '../kernel/log.ts';
import type { Administration } from './administration.ts';
import { CONTROL_SOCKET, type ControlAddress, openControlAddress } from './control-address.ts';

const REQUEST_MAX_BYTES = 65_536;

/** What a command sends: one JSON line. */
export interface ControlRequest {
  readonly command: string;
  readonly args: unknown;
}

/** What comes back: one JSON line. */
export type ControlResponse =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly remedy: string;
    };

/**
 * The local socket by which commands administer a running server. Whoever may open it (mode 0600: the server's own user
 * and root) may do everything, as with the data directory itself.
 */
export class ControlSocket implements Service {
  readonly name = 'control socket';
  readonly #directory: string;
  readonly #administration: Administration;
  readonly #log: Log;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #address: ControlAddress | undefined;

  constructor(directory: string, administration: Administration, log: Log) {
    this.#directory = directory;
    this.#administration = administration;
    this.#log = log;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  /** Listens; a socket that a killed server left behind is replaced (the data directory is ours alone). */
  async start(): Promise<void> {
    const path = join(this.#directory, CONTROL_SOCKET);
    await rm(path, { force: true });
    const address = openControlAddress(this.#directory);
    this.#address = address;
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: Error) => {
        const message = `The control socket ${path} cannot be made: ${cause.message}.`;
        reject(new AppError('data_dir_unusable', { message, cause }));
      };
      this.#server.once('error', refuse);
      this.#server.listen(address.path, () => {
        this.#server.removeListener('error', refuse);
        resolve();
      });
    });
    this.#server.on('error', (failure) => this.#log.error({ err: failure }, 'the control socket reports an error'));
    await chmod(path, 0o600);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#address?.[Symbol.dispose]();
    this.#address = undefined;
  }

  #serve(socket: Socket): void {
    let text = '';
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.setEncoding('utf8');
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0 && text.length <= REQUEST_MAX_BYTES) return;
      socket.removeAllListeners('data');
      socket.resume();
      void this.#answer(text.slice(0, Math.max(end, 0))).then((response) =>
        socket.end(`${JSON.stringify(response)}\n`),
      );
    });
  }

  async #answer(line: string): Promise<ControlResponse> {
    try {
      const { command, args } = parseRequest(line);
      return { ok: true, result: await this.#administration.run(command, args) };
    } catch (failure) {
      const error = AppError.from(failure);
      if (error.row.level !== 'silent')
        this.#log[error.row.level]({ code: error.code, err: error.cause }, error.message);
      return { ok: false, code: error.code, message: error.message, remedy: error.remedy };
    }
  }
}

function parseRequest(line: string): ControlRequest {
  try {
    const { command, args } = JSON.parse(line) as Partial<ControlRequest>;
    if (typeof command === 'string') return { command, args };
  } catch {
    // refused below, with what is not an object
  }
  throw new AppError('usage', { message: 'The control socket takes one JSON line: {"command":"...","args":{...}}.' });
}
