import type { Received } from '../../support/inbox.ts';
import type { TestClient } from '../../support/test-client.ts';
import { type Connect, PersistentClient } from './persistent-client.ts';

const PAGE = 200;

interface Gap {
  readonly chat_id: string;
  readonly from: number;
  readonly to: number;
}

/** Part of a log that the server said it would not send; it is read page by page. */
interface MissingRange {
  readonly chatId: string;
  afterSeq: number;
  readonly toSeq: number;
}

/** What a reader has seen of one chat. */
export interface ChatProgress {
  /** Everything up to here came, or was told as a gap. */
  cursor: number;
  /** Content by seq of every message that came, pushed or paged. */
  readonly contents: Map<number, string>;
}

/**
 * Follows chats by cursor: `hello`, `sync` from where it is, then every seq exactly once and in order, or a `gap` that
 * it reads with get_messages. Whatever else happens is a violation.
 */
export class CursorReader extends PersistentClient {
  readonly chats: ReadonlyMap<string, ChatProgress>;
  pushed = 0;
  paged = 0;
  gapsTold = 0;
  duplicates = 0;
  untoldGaps = 0;
  #missing: MissingRange[] = [];
  #isPaging = false;
  #isFollowing = false;

  constructor(name: string, connect: Connect, chatIds: readonly string[]) {
    super(name, connect);
    this.chats = new Map(chatIds.map((chatId) => [chatId, { cursor: 0, contents: new Map() }]));
  }

  /** Whether everything up to these heads is here. */
  hasReached(heads: Readonly<Record<string, number>>): boolean {
    return this.#missing.length === 0 && [...this.chats].every(([chatId, { cursor }]) => cursor === heads[chatId]);
  }

  protected async resume(client: TestClient): Promise<void> {
    await client.ask('hello', {});
    const chats = [...this.chats].map(([chatId, { cursor }]): [string, number] => [chatId, cursor]);
    const { refused } = await client.ask('sync', { chats });
    for (const each of refused) this.violations.push(`${this.name}: sync refused ${JSON.stringify(each)}`);
    await this.#readMissing(client);
  }

  protected lost(): void {
    this.#isFollowing = false;
    this.#isPaging = false;
  }

  protected receive(message: Received): void {
    if (message.status === 'error') this.violations.push(`${this.name}: got ${JSON.stringify(message)}`);
    // what came before the reply is live and not in line with the cursor; the replay brings it again
    if (message.type === 'sync') this.#isFollowing = true;
    if (!this.#isFollowing) return;
    if (message.type === 'gap') this.#skip(message.payload as Gap);
    const { chat_id: chatId, seq } = message;
    const chat = chatId === undefined ? undefined : this.chats.get(chatId);
    if (chat === undefined || seq === undefined || message.status !== undefined) return;
    if (!this.#advance(chat, seq, seq)) return;
    if (message.type !== 'message:new') return;
    this.pushed++;
    this.#keep(chat, seq, (message.payload as { readonly content: string }).content);
  }

  #skip({ chat_id: chatId, from, to }: Gap): void {
    const chat = this.chats.get(chatId);
    if (chat === undefined || !this.#advance(chat, from, to)) return;
    this.gapsTold++;
    this.#missing.push({ chatId, afterSeq: from - 1, toSeq: to });
    if (this.client !== undefined) void this.#readMissing(this.client).catch(() => undefined);
  }

  /** Moves the cursor over `from` to `to`, which must follow it. False for what came before. */
  #advance(chat: ChatProgress, from: number, to: number): boolean {
    if (from <= chat.cursor) {
      this.duplicates++;
      return false;
    }
    if (from > chat.cursor + 1) this.untoldGaps++;
    chat.cursor = to;
    return true;
  }

  async #readMissing(client: TestClient): Promise<void> {
    if (this.#isPaging) return;
    this.#isPaging = true;
    for (let range = this.#missing[0]; range !== undefined; range = this.#missing[0]) {
      if (await this.#readPage(client, range)) this.#missing.shift();
    }
    this.#isPaging = false;
  }

  /** True when the range has been read to its end. */
  async #readPage(client: TestClient, range: MissingRange): Promise<boolean> {
    const chat = this.chats.get(range.chatId) as ChatProgress;
    const page = await client.ask('get_messages', { chat_id: range.chatId, after_seq: range.afterSeq, limit: PAGE });
    for (const { seq, content } of page.messages) {
      if (seq > range.toSeq) return true;
      this.paged++;
      this.#keep(chat, seq, content);
      range.afterSeq = seq;
    }
    return page.complete || range.afterSeq >= range.toSeq;
  }

  #keep(chat: ChatProgress, seq: number, content: string): void {
    if (chat.contents.has(seq)) this.duplicates++;
    chat.contents.set(seq, content);
  }
}
