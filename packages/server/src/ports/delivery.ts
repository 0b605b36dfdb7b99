import type { Outgoing } from './outgoing.ts';

/** Who must not get a push because the reply told it already: the id of the connection that caused it. */
export type OriginId = string | undefined;

/** A change in what may stay connected; applied on every node. */
export type Revocation =
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'ban'; readonly id: string };

/**
 * What features ask of the connections of this node. Calls return at once; bytes leave at the end of the event-loop
 * turn, one write per connection.
 */
export interface Delivery {
  /**
   * Hands an event of a chat's log to every connection of these users. Events of one chat must come in `seq` order.
   * A connection that is catching up on that chat, or too slow, skips it and reads it from the log later.
   */
  chatEvent(chatId: string, seq: number, userIds: readonly string[], event: Outgoing, origin: OriginId): void;
  /** Hands a push that is in no log (receipts) to every connection of these users. */
  toUsers(userIds: readonly string[], push: Outgoing, origin: OriginId): void;
  /** Hands an event to every subscriber of a topic on this node. */
  topicEvent(topic: string, offset: number, event: Outgoing, origin: OriginId): void;
  /** Closes what a revocation ends; returns how many connections. */
  revoke(revocation: Revocation): number;
}
