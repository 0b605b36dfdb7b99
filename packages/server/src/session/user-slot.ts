import type { Outgoing } from '../ports/outgoing.ts';
import type { Connection } from './connection.ts';
import type { RateBucket } from './rate-bucket.ts';

/** The connections of one user on this node, and the user's message rate. Most users have one connection, so it is kept bare. */
export class UserSlot implements RateBucket {
  tokens: number;
  refilledAtMs: number;
  #connections: Connection | Connection[] | undefined;

  constructor(bucket: RateBucket) {
    this.tokens = bucket.tokens;
    this.refilledAtMs = bucket.refilledAtMs;
  }

  get size(): number {
    if (this.#connections === undefined) return 0;
    return Array.isArray(this.#connections) ? this.#connections.length : 1;
  }

  add(connection: Connection): void {
    if (this.#connections === undefined) this.#connections = connection;
    else if (Array.isArray(this.#connections)) this.#connections = [...this.#connections, connection];
    else this.#connections = [this.#connections, connection];
  }

  remove(connection: Connection): void {
    if (this.#connections === connection) {
      this.#connections = undefined;
    } else if (Array.isArray(this.#connections)) {
      const rest = this.#connections.filter((other) => other !== connection);
      this.#connections = rest.length === 1 ? rest[0] : rest;
    }
  }

  /** The connections now; the list does not change when some of them end. */
  list(): readonly Connection[] {
    if (this.#connections === undefined) return [];
    return Array.isArray(this.#connections) ? this.#connections : [this.#connections];
  }

  /**
   * Hands an event of a chat's log to each connection but the one it came from, which only notes it. Returns to how many.
   */
  chatEvent(chatId: string, seq: number, event: Outgoing, origin: string | undefined): number {
    const connections = this.#connections;
    if (connections === undefined) return 0;
    if (!Array.isArray(connections)) return handTo(connections, chatId, seq, event, origin);
    let handed = 0;
    for (const each of connections) handed += handTo(each, chatId, seq, event, origin);
    return handed;
  }
}

function handTo(
  connection: Connection,
  chatId: string,
  seq: number,
  event: Outgoing,
  origin: string | undefined,
): 0 | 1 {
  if (connection.connectionId === origin) {
    connection.ownEvent(chatId, seq);
    return 0;
  }
  connection.chatEvent(chatId, seq, event);
  return 1;
}
