import type { Exchange } from './dialect.ts';
import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { exchange, openClients } from './open-client.ts';

const OPENING_UNDER_WAY = 64;

/** How many, and what each asks once. */
export interface IdleOptions {
  readonly connections: number;
  readonly firstRequest?: Exchange;
}

/** Connections of different users that have greeted and wait. A round opens and counts nothing more. */
export class IdleLoad implements Load {
  readonly #session: LoadSession;
  readonly #options: IdleOptions;

  constructor(session: LoadSession, options: IdleOptions) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { connections, firstRequest } = this.#options;
    await openClients(connections, OPENING_UNDER_WAY, async (index) => {
      const client = await this.#session.open(`user-${index}`);
      await exchange(client, firstRequest);
      client.receiver = { onMessage: () => undefined };
      return client;
    });
  }

  run(): Promise<LoadCount> {
    return Promise.resolve({ count: this.#options.connections });
  }
}
