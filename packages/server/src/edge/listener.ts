import { type AddressInfo, createServer, type Server } from 'node:net';
import { AppError } from '../kernel/app-error.ts';
import type { Service } from '../kernel/lifecycle.ts';
import { Arrival, type ArrivalTargets } from './arrival.ts';
import type { EdgeContext } from './edge-context.ts';

/** Connections that the kernel holds before they are accepted. */
const BACKLOG = 4096;

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The one port. */
export class Listener implements Service {
  readonly name = 'listener';
  readonly #listen: ListenAddress;
  readonly #server: Server;

  constructor(listen: ListenAddress, context: EdgeContext, targets: ArrivalTargets) {
    this.#listen = listen;
    // half-open: a peer that has said all it wants still reads our answers
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      Arrival.accept(context, targets, socket),
    );
    this.#server.on('error', (failure) => context.log.error({ err: failure }, 'the listener reports an error'));
  }

  /** The address in use; the port is known even when 0 was asked for. */
  get address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The listener is not listening.');
    return address;
  }

  /** @throws AppError `port_in_use`, `address_unavailable` */
  start(): Promise<void> {
    const { host, port } = this.#listen;
    return new Promise((resolve, reject) => {
      const refuse = (failure: NodeJS.ErrnoException) => reject(explainListenFailure(failure, host, port));
      this.#server.once('error', refuse);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.removeListener('error', refuse);
        resolve();
      });
    });
  }

  /** Accepts no more; resolves when the last connection has ended by itself. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      // closing one that does not listen is an error, and as good
      this.#server.close(() => resolve());
    });
  }
}

function explainListenFailure(failure: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (failure.code === 'EADDRINUSE') {
    return new AppError('port_in_use', {
      message: `Another program listens on ${host}:${port}.`,
      remedy: `Stop it, or choose another port: PORT=${port + 1} npm start.`,
      cause: failure,
    });
  }
  const reason = failure.code === 'EACCES' ? 'this user may not use that port' : (failure.code ?? failure.message);
  return new AppError('address_unavailable', {
    message: `The server cannot listen on ${host}:${port}: ${reason}.`,
    cause: failure,
  });
}
