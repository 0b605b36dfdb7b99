import { createPush } from '../ports/create-push.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { ReplaySource } from '../ports/replay.ts';

/** Events read from the log at once. */
const PAGE_EVENTS = 200;

/** What the catch-up needs of its connection. */
export interface CatchUpReader {
  readonly userId: string;
  readonly isOpen: boolean;
  /** Whether the client has read enough that more may be sent. */
  readonly hasRoom: boolean;
  /** Sends whatever the connection's state; the catch-up paces itself by `hasRoom`. */
  pushNow(push: Outgoing): void;
  /** The log cannot be read; the client must come back later. */
  catchUpFailed(failure: unknown): void;
}

/** A `sync` that waits for its chats to reach their heads. */
interface SyncTicket {
  readonly heads: Record<string, number>;
  pending: number;
}

/** One chat that the client follows from the log, not live. */
interface LaggingChat {
  /** Everything up to here was sent, or told as a gap. */
  afterSeq: number;
  /** Live events up to here were skipped: the log must be read to at least this. */
  targetSeq: number;
  /** Events that may still be replayed before the rest becomes a gap. */
  budget: number;
  ticket: SyncTicket | undefined;
  /** Reached the target; stays to recognise live events that the log had already shown. */
  isDone: boolean;
  isStale: boolean;
}

/**
 * Sends a connection what it missed, from the log: after `sync`, and when the client read too slowly to follow live.
 *
 *     live event s of a chat in here:   s <= afterSeq  dropped, the log has shown it
 *                                       done           live again, the chat leaves
 *                                       else           skipped; targetSeq = s, so that the log is read up to it
 *
 * Reading and live delivery overlap, so a chat that is done stays for a while with its afterSeq: a commit may show in
 * the log before its live event arrives.
 */
export class CatchUp {
  readonly #reader: CatchUpReader;
  readonly #source: ReplaySource;
  readonly #maxEvents: number;
  readonly #chats = new Map<string, LaggingChat>();
  readonly #topics = new Map<string, { from: number; to: number }>();
  readonly #queue: string[] = [];
  #isRunning = false;

  constructor(reader: CatchUpReader, source: ReplaySource, maxEvents: number) {
    this.#reader = reader;
    this.#source = source;
    this.#maxEvents = maxEvents;
  }

  /** Whether nothing is left to do or to remember. */
  get isIdle(): boolean {
    return this.#chats.size === 0 && this.#topics.size === 0 && !this.#isRunning;
  }

  /** Starts a replay of each chat from its cursor; one `caught_up` follows when all have reached their heads. */
  sync(targets: readonly { readonly chatId: string; readonly afterSeq: number; readonly headSeq: number }[]): void {
    const ticket: SyncTicket = { heads: {}, pending: targets.length };
    for (const { chatId, afterSeq, headSeq } of targets) {
      ticket.heads[chatId] = headSeq;
      const before = this.#chats.get(chatId);
      if (before?.ticket !== undefined) this.#settle(before.ticket);
      const targetSeq = Math.max(headSeq, before?.targetSeq ?? 0);
      this.#follow(chatId, { afterSeq, targetSeq, budget: this.#maxEvents, ticket, isDone: false, isStale: false });
    }
    if (targets.length === 0) this.#reader.pushNow(createPush('caught_up', { heads: {} }));
    this.run();
  }

  /**
   * Decides about a live event. True: the connection sends it. `isBehind`: the client reads too slowly, so the chat is
   * followed from the log from here on.
   */
  takesLive(chatId: string, seq: number): boolean {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return true;
    if (seq <= chat.afterSeq) return false;
    if (chat.isDone) {
      this.#chats.delete(chatId);
      return true;
    }
    chat.targetSeq = Math.max(chat.targetSeq, seq);
    return false;
  }

  /** The client reads too slowly for this event: its chat is followed from the log. */
  lag(chatId: string, seq: number): void {
    this.#follow(chatId, {
      afterSeq: seq - 1,
      targetSeq: seq,
      budget: Number.POSITIVE_INFINITY,
      ticket: undefined,
      isDone: false,
      isStale: false,
    });
  }

  /** Events of a topic that the client read too slowly for: they become one `gap`. */
  lagTopic(topic: string, fromOffset: number, toOffset: number): void {
    const lost = this.#topics.get(topic);
    if (lost === undefined) this.#topics.set(topic, { from: fromOffset, to: toOffset });
    else lost.to = toOffset;
  }

  /** Whether events of this topic are being skipped. */
  isLaggingTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Forgets chats that have been done for a whole heartbeat: their late live events have arrived. */
  forgetDone(): void {
    for (const [chatId, chat] of this.#chats) {
      if (chat.isDone && chat.isStale) this.#chats.delete(chatId);
      else chat.isStale = chat.isDone;
    }
  }

  /** Goes on, when the client has room. Call it after each drain. */
  run(): void {
    if (this.#isRunning || !this.#reader.isOpen) return;
    this.#isRunning = true;
    this.#work()
      .catch((failure: unknown) => this.#reader.catchUpFailed(failure))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #work(): Promise<void> {
    while (this.#reader.isOpen && this.#reader.hasRoom) {
      for (const [topic, { from, to }] of this.#topics)
        this.#reader.pushNow(createPush('gap', { topic, from, to, reason: 'limit' }));
      this.#topics.clear();
      const chatId = this.#queue[0];
      if (chatId === undefined) return;
      const chat = this.#chats.get(chatId);
      if (chat === undefined || chat.isDone) this.#queue.shift();
      else await this.#readPage(chatId, chat);
    }
  }

  async #readPage(chatId: string, chat: LaggingChat): Promise<void> {
    const afterSeq = chat.afterSeq;
    const page = await this.#source.read(this.#reader.userId, chatId, afterSeq, Math.min(PAGE_EVENTS, chat.budget));
    // a sync with another cursor may have replaced it meanwhile
    if (this.#chats.get(chatId) !== chat || chat.afterSeq !== afterSeq || !this.#reader.isOpen) return;
    if (page.lostToSeq !== undefined) {
      this.#reader.pushNow(
        createPush('gap', { chat_id: chatId, from: afterSeq + 1, to: page.lostToSeq, reason: 'retention' }),
      );
    }
    for (const { push } of page.events) this.#reader.pushNow(push);
    chat.afterSeq = Math.max(afterSeq, page.toSeq);
    chat.budget -= page.events.length;
    const isAtEnd = page.toSeq <= afterSeq || chat.afterSeq >= chat.targetSeq;
    if (!isAtEnd && chat.budget <= 0) {
      const gap = { chat_id: chatId, from: chat.afterSeq + 1, to: chat.targetSeq, reason: 'limit' } as const;
      this.#reader.pushNow(createPush('gap', gap));
      chat.afterSeq = chat.targetSeq;
    }
    if (isAtEnd || chat.budget <= 0) this.#finish(chat);
  }

  #finish(chat: LaggingChat): void {
    chat.isDone = true;
    if (chat.ticket !== undefined) this.#settle(chat.ticket);
    chat.ticket = undefined;
  }

  #settle(ticket: SyncTicket): void {
    ticket.pending--;
    if (ticket.pending === 0) this.#reader.pushNow(createPush('caught_up', { heads: ticket.heads }));
  }

  #follow(chatId: string, chat: LaggingChat): void {
    this.#chats.set(chatId, chat);
    this.#queue.push(chatId);
  }
}
