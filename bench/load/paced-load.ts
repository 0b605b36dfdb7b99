import { encodeClientFrame } from './client-frame.ts';
import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { openClients } from './open-client.ts';
import { PAYLOAD } from './payload.ts';
import { refuseErrors } from './refuse-errors.ts';
import { Room, type RoomOwner } from './room.ts';

const OPENING_UNDER_WAY = 64;
const TICK_MS = 2;
/** More messages than this are not published ahead of the slowest subscriber: the rate is then missed, not the memory. */
const UNDER_WAY_MAX = 256;

/** One room and one publisher that sends at a fixed rate, whatever the answers do. */
export class PacedLoad implements Load, RoomOwner {
  readonly #session: LoadSession;
  readonly #options: { readonly subscribers: number; readonly messagesPerSecond: number };
  #room: Room | undefined;
  #done = 0;
  #onDone: () => void = () => undefined;

  constructor(session: LoadSession, options: { readonly subscribers: number; readonly messagesPerSecond: number }) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { dialect } = this.#session;
    const publisher = await this.#session.open('publisher', { room: 'room', role: 'publisher' });
    publisher.receiver = refuseErrors(this.#session);
    const room = new Room(this, publisher, {
      frame: encodeClientFrame(dialect.publish('room', PAYLOAD)),
      eventPrefix: dialect.eventPrefix,
      subscribersPerRoom: this.#options.subscribers,
      underWay: UNDER_WAY_MAX,
    });
    this.#room = room;
    await openClients(this.#options.subscribers, OPENING_UNDER_WAY, async (index) => {
      const client = await this.#session.open(`user-${index}`, { room: 'room' });
      room.add(client);
      return client;
    });
  }

  async run(durationMs: number): Promise<LoadCount> {
    const room = this.#room;
    if (room === undefined) throw new Error('The load was not opened.');
    this.#done = 0;
    const startMs = performance.now();
    let published = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsedMs = performance.now() - startMs;
        const due = Math.floor((elapsedMs * this.#options.messagesPerSecond) / 1000) - published;
        const messages = Math.min(due, UNDER_WAY_MAX - room.underWay);
        if (messages > 0) room.publish(messages);
        published += Math.max(0, messages);
        if (elapsedMs < durationMs) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    await this.#untilDone(room);
    return { count: this.#done * this.#options.subscribers };
  }

  onDone(_room: Room, messages: number): void {
    this.#done += messages;
    this.#onDone();
  }

  #untilDone(room: Room): Promise<void> {
    return new Promise((resolve) => {
      this.#onDone = () => {
        if (room.underWay > 0) return;
        this.#onDone = () => undefined;
        resolve();
      };
      this.#onDone();
    });
  }
}
