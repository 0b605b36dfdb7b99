import { randomUUID } from 'node:crypto';
import { createHmacKey, type HmacKey, mintToken } from '@parley/tokens';
import type { Dialect } from './dialect.ts';
import { parleyDialect } from './dialects/parley.ts';
import { socketioDialect } from './dialects/socketio.ts';
import { wsJsonDialect } from './dialects/ws-json.ts';
import { wsPlainDialect } from './dialects/ws-plain.ts';
import type { DialectName, LoadTarget } from './load-spec.ts';
import { openClient } from './open-client.ts';
import type { WebSocketClient } from './websocket-client.ts';

const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  parley: parleyDialect,
  'ws-plain': wsPlainDialect,
  'ws-json': wsJsonDialect,
  socketio: socketioDialect,
};

const TOKEN_TTL_S = 24 * 3600;

/** What all connections of a load share: the server, its dialect, tokens, and the first thing that went wrong. */
export class LoadSession {
  readonly port: number;
  readonly dialect: Dialect;
  /** Rejects when the load cannot go on. */
  readonly failed: Promise<never>;
  /** Ends the load; only the first reason counts. */
  readonly fail: (reason: string) => void;
  readonly #key: HmacKey;

  constructor(target: LoadTarget) {
    this.port = target.port;
    this.dialect = DIALECTS[target.dialect];
    this.#key = createHmacKey(Buffer.from(target.secret));
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.fail = (reason) => reject(new Error(reason));
    promise.catch(() => undefined);
  }

  /** A token that no server has seen. */
  mint(userId: string): string {
    return mintToken({ sub: userId, jti: randomUUID() }, { key: this.#key, ttlSeconds: TOKEN_TTL_S });
  }

  /** Opens a connection of a user; when it is lost later, the load fails. */
  async open(
    userId: string,
    place?: Pick<Parameters<typeof openClient>[0], 'room' | 'role'>,
  ): Promise<WebSocketClient> {
    const client = await openClient({ dialect: this.dialect, port: this.port, token: this.mint(userId), ...place });
    client.onLost = this.fail;
    return client;
  }
}
