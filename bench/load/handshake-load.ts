import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { openClient, openClients } from './open-client.ts';
import type { WebSocketClient } from './websocket-client.ts';

/**
 * Opens connections, each with a token of its own, up to the first answer; none is closed before the round has been
 * measured. The users are the same in each round, as those of a server that was restarted are.
 */
export class HandshakeLoad implements Load {
  readonly #session: LoadSession;
  readonly #underWay: number;
  #tokens: string[] = [];
  #clients: WebSocketClient[] = [];

  constructor(session: LoadSession, options: { readonly underWay: number }) {
    this.#session = session;
    this.#underWay = options.underWay;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  beforeRound(durationMs: number): void {
    this.#tokens = Array.from({ length: Math.ceil(durationMs) }, (_, index) => this.#session.mint(`user-${index}`));
  }

  async run(): Promise<LoadCount> {
    const { dialect, port } = this.#session;
    this.#clients = await openClients(this.#tokens.length, this.#underWay, (index) =>
      openClient({ dialect, port, token: this.#tokens[index] as string }),
    );
    return { count: this.#clients.length };
  }

  afterRound(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients = [];
  }
}
