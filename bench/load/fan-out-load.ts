import { encodeClientFrame } from './client-frame.ts';
import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { openClients } from './open-client.ts';
import { PAYLOAD } from './payload.ts';
import { refuseErrors } from './refuse-errors.ts';
import { Room, type RoomOwner } from './room.ts';

/** Connections that are opened at a time. */
const OPENING_UNDER_WAY = 64;

/** Shape of a fan-out. */
export interface FanOutOptions {
  readonly rooms: number;
  readonly subscribersPerRoom: number;
  /** Messages that each room's publisher keeps under way. */
  readonly underWay: number;
}

/**
 * Each room has a publisher that is no subscriber. A message is done when every subscriber has it; what is done during
 * one read is replaced by as many messages in one write.
 */
export class FanOutLoad implements Load, RoomOwner {
  readonly #session: LoadSession;
  readonly #options: FanOutOptions;
  readonly #rooms: Room[] = [];
  #deadlineMs = 0;
  #openRooms = 0;
  #count = 0;
  #finish: (outcome: LoadCount) => void = () => undefined;

  constructor(session: LoadSession, options: FanOutOptions) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { dialect } = this.#session;
    for (let index = 0; index < this.#options.rooms; index++) {
      const room = `room-${index}`;
      const publisher = await this.#session.open(`publisher-${index}`, { room, role: 'publisher' });
      publisher.receiver = refuseErrors(this.#session);
      const frame = encodeClientFrame(dialect.publish(room, PAYLOAD));
      this.#rooms.push(new Room(this, publisher, { frame, eventPrefix: dialect.eventPrefix, ...this.#options }));
    }
    const { subscribersPerRoom } = this.#options;
    await openClients(this.#rooms.length * subscribersPerRoom, OPENING_UNDER_WAY, async (index) => {
      const roomIndex = Math.floor(index / subscribersPerRoom);
      const client = await this.#session.open(`user-${index}`, { room: `room-${roomIndex}` });
      this.#rooms[roomIndex]?.add(client);
      return client;
    });
  }

  run(durationMs: number): Promise<LoadCount> {
    this.#count = 0;
    this.#openRooms = this.#rooms.length;
    this.#deadlineMs = performance.now() + durationMs;
    for (const room of this.#rooms) room.publish(this.#options.underWay);
    return new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  onDone(room: Room, messages: number): void {
    this.#count += messages * this.#options.subscribersPerRoom;
    if (performance.now() < this.#deadlineMs) room.publish(messages);
    else if (room.underWay === 0) this.#openRooms--;
    if (this.#openRooms === 0) this.#finish({ count: this.#count });
  }
}
