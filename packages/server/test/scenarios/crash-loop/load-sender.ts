import { randomUUID } from 'node:crypto';
import type { Received } from '../../support/inbox.ts';
import type { TestClient } from '../../support/test-client.ts';
import { type Connect, PersistentClient } from './persistent-client.ts';

/** A message that was given to the server and is not settled yet. */
interface PendingSend {
  readonly chatId: string;
  readonly content: string;
}

/** What the server has promised to keep. */
export interface AcknowledgedSend extends PendingSend {
  readonly seq: number;
}

interface StoredReply {
  readonly seq: number;
  readonly client_msg_id?: string;
  readonly duplicate?: boolean;
}

/**
 * Sends messages under its own ids, a window of them unanswered at any time. After a lost connection it asks for the fate
 * of each and sends the unknown ones again with the same id.
 */
export class LoadSender extends PersistentClient {
  readonly acknowledged = new Map<string, AcknowledgedSend>();
  /** Sends that were under way when a connection was lost. */
  interrupted = 0;
  /** Of those: stored all the same, as `sync` told. */
  foundStored = 0;
  /** Of those: sent again. */
  sentAgain = 0;
  /** Of those: found to be stored by the second send. */
  answeredAsDuplicate = 0;
  readonly #chatIds: readonly string[];
  readonly #window: number;
  readonly #pending = new Map<string, PendingSend>();
  #isSending = false;
  #mayBegin = true;

  constructor(
    name: string,
    connect: Connect,
    options: { readonly chatIds: readonly string[]; readonly window: number },
  ) {
    super(name, connect);
    this.#chatIds = options.chatIds;
    this.#window = options.window;
  }

  /** Sends that nobody has answered yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Begins no more sends; those under way are settled. */
  finish(): void {
    this.#mayBegin = false;
  }

  protected async resume(client: TestClient): Promise<void> {
    this.interrupted += this.#pending.size;
    const { pending } = await client.ask('sync', { pending: [...this.#pending.keys()] });
    for (const fate of pending) {
      if (fate.status === 'accepted') {
        this.foundStored++;
        this.#acknowledge(fate.client_msg_id, fate.seq);
      } else {
        this.sentAgain++;
        this.#transmit(client, fate.client_msg_id);
      }
    }
    this.#isSending = true;
    this.#fill(client);
  }

  protected lost(): void {
    this.#isSending = false;
  }

  protected receive(message: Received): void {
    if (message.type !== 'message') return;
    if (message.status !== 'success') {
      this.violations.push(`${this.name}: a send was answered with ${JSON.stringify(message)}`);
      return;
    }
    const { seq, client_msg_id: clientMsgId = '', duplicate } = message.payload as StoredReply;
    if (duplicate === true) this.answeredAsDuplicate++;
    this.#acknowledge(clientMsgId, seq);
    if (this.#isSending && this.client !== undefined) this.#fill(this.client);
  }

  #fill(client: TestClient): void {
    while (this.#mayBegin && this.#pending.size < this.#window) {
      const clientMsgId = randomUUID();
      const chatId = this.#chatIds[Math.floor(Math.random() * this.#chatIds.length)] as string;
      this.#pending.set(clientMsgId, { chatId, content: `${clientMsgId} from ${this.name}` });
      this.#transmit(client, clientMsgId);
    }
  }

  #transmit(client: TestClient, clientMsgId: string): void {
    const { chatId, content } = this.#pending.get(clientMsgId) as PendingSend;
    client.send({ type: 'message', chat_id: chatId, content, client_msg_id: clientMsgId });
  }

  #acknowledge(clientMsgId: string, seq: number): void {
    const sent = this.#pending.get(clientMsgId);
    const before = this.acknowledged.get(clientMsgId);
    if (before !== undefined && before.seq !== seq) {
      this.violations.push(`${this.name}: ${clientMsgId} was acknowledged as ${before.seq} and as ${seq}`);
    }
    if (sent === undefined) return;
    this.#pending.delete(clientMsgId);
    this.acknowledged.set(clientMsgId, { ...sent, seq });
  }
}
