import { encodeClientFrame, patchClientFrame } from './client-frame.ts';
import type { MessagePrefix } from './message-prefix.ts';
import { PAYLOAD } from './payload.ts';
import type { MessageReceiver, WebSocketClient } from './websocket-client.ts';

const COUNTER_DIGITS = 8;

/** What the connections of a durable load share. */
export interface DurableTally {
  readonly acknowledgement: MessagePrefix;
  readonly push: MessagePrefix;
  deadlineMs: number;
  pushes: number;
  latenciesMs: number[];
}

/** A member of a room: counts what is pushed to it, and may send. Each message has its own idempotency key. */
export class Sender implements MessageReceiver {
  readonly #client: WebSocketClient;
  readonly #tally: DurableTally;
  readonly #frame: Buffer;
  readonly #counterAt: number;
  #sent = 0;
  #sentAtMs = 0;
  #finish: () => void = () => undefined;

  constructor(
    client: WebSocketClient,
    tally: DurableTally,
    member: { readonly chatId: string; readonly index: number },
  ) {
    this.#client = client;
    this.#tally = tally;
    const key = `${member.index}-${process.pid}-${'0'.repeat(COUNTER_DIGITS)}`;
    const message = JSON.stringify({
      type: 'message',
      request_id: 1,
      client_msg_id: key,
      chat_id: member.chatId,
      content: PAYLOAD,
    });
    this.#frame = encodeClientFrame(message);
    this.#counterAt = message.indexOf(key) + key.length - COUNTER_DIGITS;
    client.receiver = this;
  }

  /** Sends one message after the other until the tally's deadline. */
  run(): Promise<void> {
    this.#send();
    return new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    if (this.#tally.push.matches(bytes, start, end)) this.#tally.pushes++;
    else if (this.#tally.acknowledgement.matches(bytes, start, end)) this.#onAcknowledged();
    else if (bytes.includes('"status":"error"', start)) throw new Error(bytes.toString('utf8', start, end));
  }

  #onAcknowledged(): void {
    const nowMs = performance.now();
    this.#tally.latenciesMs.push(nowMs - this.#sentAtMs);
    if (nowMs < this.#tally.deadlineMs) this.#send();
    else this.#finish();
  }

  #send(): void {
    this.#sentAtMs = performance.now();
    patchClientFrame(this.#frame, this.#counterAt, String(this.#sent++).padStart(COUNTER_DIGITS, '0'));
    this.#client.send(this.#frame);
  }
}
