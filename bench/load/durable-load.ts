import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { MessagePrefix } from './message-prefix.ts';
import { exchange, openClients } from './open-client.ts';
import { type DurableTally, Sender } from './sender.ts';
import type { WebSocketClient } from './websocket-client.ts';

const OPENING_UNDER_WAY = 64;
/** Time in which all pushes must have arrived after the last acknowledgement. */
const PUSHES_TIMEOUT_MS = 10_000;

/** Shape of the rooms. */
export interface DurableOptions {
  readonly rooms: number;
  readonly roomSize: number;
  /** Members who send, one message at a time each. */
  readonly outstanding: number;
}

/**
 * Groups in which everybody is connected and gets every message. Senders are spread over the groups evenly; each sends
 * its next message when the one before is acknowledged. A round fails when a push is missing at its end.
 */
export class DurableLoad implements Load {
  readonly #session: LoadSession;
  readonly #options: DurableOptions;
  readonly #tally: DurableTally = {
    acknowledgement: new MessagePrefix('{"type":"message","status":"success"'),
    push: new MessagePrefix('{"type":"message:new"'),
    deadlineMs: 0,
    pushes: 0,
    latenciesMs: [],
  };
  #senders: Sender[] = [];

  constructor(session: LoadSession, options: DurableOptions) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { rooms, roomSize, outstanding } = this.#options;
    const clients = await openClients(rooms * roomSize, OPENING_UNDER_WAY, (index) =>
      this.#session.open(`user-${index}`),
    );
    const chatIds: string[] = [];
    for (let room = 0; room < rooms; room++)
      chatIds.push(await this.#createGroup(clients[room * roomSize] as WebSocketClient, room));
    const members = clients.map(
      (client, index) =>
        new Sender(client, this.#tally, { chatId: chatIds[Math.floor(index / roomSize)] as string, index }),
    );
    this.#senders = Array.from({ length: outstanding }, (_, sender) => {
      const room = sender % rooms;
      return members[room * roomSize + Math.floor(sender / rooms)] as Sender;
    });
  }

  async run(durationMs: number): Promise<LoadCount> {
    const tally = this.#tally;
    tally.latenciesMs = [];
    tally.pushes = 0;
    tally.deadlineMs = performance.now() + durationMs;
    await Promise.all(this.#senders.map((sender) => sender.run()));
    const count = tally.latenciesMs.length;
    await this.#untilPushed(count * (this.#options.roomSize - 1));
    return { count, latenciesMs: tally.latenciesMs };
  }

  async #createGroup(owner: WebSocketClient, room: number): Promise<string> {
    const { roomSize } = this.#options;
    const memberIds = Array.from({ length: roomSize - 1 }, (_, member) => `user-${room * roomSize + 1 + member}`);
    const reply = await exchange(owner, {
      message: JSON.stringify({ type: 'create_group', group_name: `Room ${room}`, member_ids: memberIds }),
      replyPrefix: '{"type":"create_group","status":"success"',
    });
    return (JSON.parse(reply) as { payload: { id: string } }).payload.id;
  }

  async #untilPushed(expected: number): Promise<void> {
    const giveUpMs = performance.now() + PUSHES_TIMEOUT_MS;
    while (this.#tally.pushes < expected && performance.now() < giveUpMs)
      await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.#tally.pushes !== expected)
      throw new Error(`${expected} pushes were due at the end of the round and ${this.#tally.pushes} came.`);
  }
}
