import type { OriginId, Revocation } from './delivery.ts';
import type { Outgoing } from './outgoing.ts';

/** The bus has this many channels, whatever the number of chats and topics. */
const BUS_SHARDS = 64;

/** What nodes tell each other. Losing one costs latency, never data: the log is read again. */
export type BusEvent =
  | {
      readonly kind: 'chat';
      readonly chatId: string;
      readonly seq: number;
      readonly event: Outgoing;
      readonly memberIds: readonly string[];
      readonly origin: OriginId;
    }
  | { readonly kind: 'users'; readonly userIds: readonly string[]; readonly push: Outgoing; readonly origin: OriginId }
  | {
      readonly kind: 'topic';
      readonly topic: string;
      readonly offset: number;
      readonly event: Outgoing;
      readonly origin: OriginId;
    }
  | { readonly kind: 'revocation'; readonly revocation: Revocation };

/** Carries events to every node, this one included. Events of one shard arrive in the order they were published. */
export interface Bus {
  publish(shard: number, event: BusEvent): void;
  /** Registers the receiver of this node; returns what ends it. */
  subscribe(receive: (event: BusEvent) => void): () => void;
}

/** The shard of a chat, topic or user: FNV-1a over its UTF-16 units, so that all nodes agree. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUS_SHARDS;
}
