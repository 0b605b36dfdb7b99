import { MessagePrefix } from './message-prefix.ts';
import type { MessageReceiver, WebSocketClient } from './websocket-client.ts';

/** Who is told when messages of a room are done. */
export interface RoomOwner {
  /** So many messages have reached every subscriber since the last call. */
  onDone(room: Room, messages: number): void;
}

/** How a room publishes and what its subscribers look for. */
export interface RoomOptions {
  /** The message to publish, encoded. */
  readonly frame: Buffer;
  readonly eventPrefix: string;
  readonly subscribersPerRoom: number;
  /** Most messages ever under way. */
  readonly underWay: number;
}

/** A publisher and its subscribers; notes when each message has reached all of them. */
export class Room {
  /** Published and not done. */
  underWay = 0;
  readonly prefix: MessagePrefix;
  readonly #owner: RoomOwner;
  readonly #publisher: WebSocketClient;
  readonly #options: RoomOptions;
  /** Deliveries so far of each message under way, by message number modulo its length. */
  readonly #delivered: Uint32Array;
  #done = 0;

  constructor(owner: RoomOwner, publisher: WebSocketClient, options: RoomOptions) {
    this.#owner = owner;
    this.#publisher = publisher;
    this.#options = options;
    this.prefix = new MessagePrefix(options.eventPrefix);
    this.#delivered = new Uint32Array(options.underWay);
  }

  /** Makes a connection one of the subscribers. */
  add(client: WebSocketClient): void {
    client.receiver = new Subscriber(this);
  }

  /** Sends so many messages with one write. */
  publish(messages: number): void {
    this.underWay += messages;
    const { frame } = this.#options;
    this.#publisher.send(messages === 1 ? frame : Buffer.concat(Array.from({ length: messages }, () => frame)));
  }

  /** A subscriber got a message, by its number since the beginning. */
  noteDelivery(messageNumber: number): void {
    const slot = messageNumber % this.#delivered.length;
    const delivered = (this.#delivered[slot] as number) + 1;
    const isDone = delivered === this.#options.subscribersPerRoom;
    this.#delivered[slot] = isDone ? 0 : delivered;
    if (isDone) this.#done++;
  }

  /** All that came with one read has been noted. */
  noteReadEnd(): void {
    if (this.#done === 0) return;
    const done = this.#done;
    this.#done = 0;
    this.underWay -= done;
    this.#owner.onDone(this, done);
  }
}

class Subscriber implements MessageReceiver {
  readonly #room: Room;
  #received = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    if (this.#room.prefix.matches(bytes, start, end)) this.#room.noteDelivery(this.#received++);
  }

  onReadEnd(): void {
    this.#room.noteReadEnd();
  }
}
