import type { Outgoing, WireFormat } from '../ports/outgoing.ts';
import type { Connection } from './connection.ts';

/** An event that waits for the end of the turn. */
interface PendingEvent {
  readonly offset: number;
  readonly event: Outgoing;
  readonly origin: string | undefined;
}

/**
 * The local subscribers of one topic. The events of an event-loop turn are put together once per wire format, and every
 * subscriber writes the same bytes: under load the cost of an event approaches that of copying it.
 */
export class TopicSubscribers {
  readonly topic: string;
  readonly #subscribers = new Set<Connection>();
  #pending: PendingEvent[] = [];

  constructor(topic: string) {
    this.topic = topic;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  add(connection: Connection): void {
    this.#subscribers.add(connection);
  }

  delete(connection: Connection): void {
    this.#subscribers.delete(connection);
  }

  /** Keeps an event for `flush`. True when it is the first of this turn. */
  keep(offset: number, event: Outgoing, origin: string | undefined): boolean {
    return this.#pending.push({ offset, event, origin }) === 1;
  }

  /** Hands what was kept to every subscriber. Returns the number of deliveries. */
  flush(): number {
    const pending = this.#pending;
    if (pending.length === 0) return 0;
    this.#pending = [];
    const origins = new Set<string>();
    for (const { origin } of pending) if (origin !== undefined) origins.add(origin);
    const batches: (Buffer | undefined)[] = [];
    let deliveries = 0;
    for (const connection of this.#subscribers) {
      if (origins.size > 0 && origins.has(connection.connectionId)) {
        const others = pending.filter(({ origin }) => origin !== connection.connectionId);
        deliveries += others.length;
        this.#deliver(connection, others);
        continue;
      }
      const { format } = connection.wire;
      let bytes = batches[format.slot];
      if (bytes === undefined) {
        bytes = joinBytes(pending, format);
        batches[format.slot] = bytes;
      }
      deliveries += pending.length;
      this.#send(connection, pending, bytes);
    }
    return deliveries;
  }

  #deliver(connection: Connection, events: readonly PendingEvent[]): void {
    if (events.length > 0) this.#send(connection, events, joinBytes(events, connection.wire.format));
  }

  #send(connection: Connection, events: readonly PendingEvent[], bytes: Buffer): void {
    const first = events[0] as PendingEvent;
    const last = events[events.length - 1] as PendingEvent;
    connection.topicEvents(this.topic, first.offset, last.offset, bytes, first.event.class);
  }
}

function joinBytes(events: readonly PendingEvent[], format: WireFormat): Buffer {
  const only = events.length === 1 ? events[0] : undefined;
  return only === undefined ? Buffer.concat(events.map(({ event }) => event.bytes(format))) : only.event.bytes(format);
}
