import type { SendFate } from './catch-up.ts';
import { type ClientError, localError, toClientError } from './client-error.ts';
import type { PayloadFor } from './commands.ts';
import type { Timers } from './timers.ts';

/** A message that is on the server's disk. */
export interface Sent {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly clientMsgId: string;
}

/** Messages that may wait to be sent; `sync` takes as many. */
const WAITING_MAX = 1000;
/** Pause before a message is sent again, when the server did not say how long. */
const RETRY_MS = 1000;

interface WaitingSend {
  readonly clientMsgId: string;
  readonly chatId: string;
  readonly content: string;
  /** Has been sent at least once, so the server may have it. */
  isTried: boolean;
  readonly promise: Promise<Sent>;
  resolve(sent: Sent): void;
  reject(error: ClientError): void;
}

/** Sends one message to the server. */
type Transmit = (fields: {
  readonly chat_id: string;
  readonly content: string;
  readonly client_msg_id: string;
}) => Promise<PayloadFor<'message'>>;

/**
 * Messages on their way. One at a time per chat, so that they arrive in order; sent again, with the same
 * `client_msg_id`, until the server has said what became of them, so that they arrive once.
 */
export class Outbox {
  readonly #timers: Timers;
  /** By `client_msg_id`, in the order of sending. */
  readonly #waiting = new Map<string, WaitingSend>();
  /** Chats with a message under way, or with a pause after one. */
  readonly #busyChats = new Set<string>();
  #transmit: Transmit | undefined;
  #connection = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Sends as soon as there is a connection. @throws ClientError of a final refusal; `outbox_full`, `client_closed` */
  add(chatId: string, content: string, clientMsgId: string): Promise<Sent> {
    const known = this.#waiting.get(clientMsgId);
    if (known !== undefined) return known.promise;
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(localError('outbox_full'));
    const settle = Promise.withResolvers<Sent>();
    this.#waiting.set(clientMsgId, { clientMsgId, chatId, content, isTried: false, ...settle });
    this.#next(chatId);
    return settle.promise;
  }

  /** Messages that the server may have, though it did not say so. */
  get untold(): string[] {
    return [...this.#waiting.values()].filter(({ isTried }) => isTried).map(({ clientMsgId }) => clientMsgId);
  }

  /** A connection is ready; the server said of these what became of them. The others are sent. */
  resume(transmit: Transmit, fates: readonly SendFate[]): void {
    for (const fate of fates) {
      if (fate.status === 'unknown') continue;
      const { client_msg_id: clientMsgId, chat_id: chatId, seq, id } = fate;
      this.#settle(clientMsgId)?.resolve({ id, chatId, seq, clientMsgId });
    }
    this.#transmit = transmit;
    for (const chatId of new Set([...this.#waiting.values()].map((send) => send.chatId))) this.#next(chatId);
  }

  /** The connection is over: what is not settled waits for the next. */
  suspend(): void {
    this.#transmit = undefined;
    this.#connection++;
    this.#busyChats.clear();
  }

  /** Gives up on everything. */
  fail(error: ClientError): void {
    this.suspend();
    for (const send of this.#waiting.values()) send.reject(error);
    this.#waiting.clear();
  }

  #next(chatId: string): void {
    const transmit = this.#transmit;
    if (transmit === undefined || this.#busyChats.has(chatId)) return;
    const send = [...this.#waiting.values()].find((waiting) => waiting.chatId === chatId);
    if (send === undefined) return;
    this.#busyChats.add(chatId);
    send.isTried = true;
    const connection = this.#connection;
    transmit({ chat_id: chatId, content: send.content, client_msg_id: send.clientMsgId }).then(
      ({ id, seq }) => {
        this.#settle(send.clientMsgId)?.resolve({ id, chatId, seq, clientMsgId: send.clientMsgId });
        this.#free(chatId, connection);
      },
      (failure: unknown) => this.#failed(send, toClientError(failure), connection),
    );
  }

  #failed(send: WaitingSend, error: ClientError, connection: number): void {
    if (error.retry === 'never') {
      this.#settle(send.clientMsgId)?.reject(error);
      this.#free(send.chatId, connection);
    } else {
      // the chat stays busy meanwhile, so that later messages do not overtake
      this.#timers.set(() => this.#free(send.chatId, connection), error.retryAfterMs ?? RETRY_MS);
    }
  }

  #free(chatId: string, connection: number): void {
    // a later connection has begun anew
    if (connection !== this.#connection) return;
    this.#busyChats.delete(chatId);
    this.#next(chatId);
  }

  #settle(clientMsgId: string): WaitingSend | undefined {
    const send = this.#waiting.get(clientMsgId);
    this.#waiting.delete(clientMsgId);
    return send;
  }
}

/** A new idempotency key: 128 random bits. */
export function createClientMsgId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `cm_${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
