import type { Exchange } from './dialect.ts';
import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { exchange, openClients } from './open-client.ts';
import type { WebSocketClient } from './websocket-client.ts';

const UNDER_WAY = 64;

/** How many, and what each asks in a round. */
export interface IdleOptions {
  readonly connections: number;
  readonly request?: Exchange;
}

/** Connections of different users that have greeted and wait. In a round each asks once. */
export class IdleLoad implements Load {
  readonly #session: LoadSession;
  readonly #options: IdleOptions;
  #clients: readonly WebSocketClient[] = [];

  constructor(session: LoadSession, options: IdleOptions) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#clients = await openClients(this.#options.connections, UNDER_WAY, (index) =>
      this.#session.open(`user-${index}`),
    );
  }

  async run(): Promise<LoadCount> {
    const { connections, request } = this.#options;
    await openClients(connections, UNDER_WAY, async (index) => {
      const client = this.#clients[index] as WebSocketClient;
      await exchange(client, request);
      return client;
    });
    return { count: connections };
  }
}
