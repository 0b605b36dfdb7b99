import type { CatchUpStart, CatchUpTarget } from '../ports/caller.ts';
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
  /** `waiting`: registered, its head is not known yet; `done`: reached the target and kept for late live events. */
  state: 'waiting' | 'reading' | 'done';
  /** Everything up to here was sent, or told as a gap. */
  afterSeq: number;
  /** Live events up to here were skipped, or the sync's head: the log must be read to at least this. */
  targetSeq: number;
  /** The first live event skipped while waiting; 0 for none. */
  firstSkippedSeq: number;
  /** Events that may still be replayed before the rest becomes a gap. */
  budget: number;
  ticket: SyncTicket | undefined;
  /** Was done at the last heartbeat already. */
  isStale: boolean;
}

/**
 * Sends a connection what it missed, from the log: after `sync`, and when the client read too slowly to follow live.
 *
 *     waiting ── head known ──> reading ── target reached ──> done ── a newer live event, or two heartbeats ──> gone
 *     live events: skipped      skipped, target grows         those the log has shown are dropped
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

  /** Whether something waits to be sent as soon as the client has room. */
  get hasWork(): boolean {
    return this.#queue.length > 0 || this.#topics.size > 0;
  }

  /** Whether nothing is left to do or to remember. */
  get isIdle(): boolean {
    return this.#chats.size === 0 && this.#topics.size === 0 && !this.#isRunning;
  }

  /**
   * Registers a sync: from now on live events of these chats wait. `start` replays each from its cursor to its head;
   * chats without a head are let go. One `caught_up` follows when all have reached their heads.
   */
  register(targets: readonly CatchUpTarget[]): CatchUpStart {
    for (const { chatId, afterSeq } of targets) {
      const before = this.#chats.get(chatId);
      if (before?.ticket !== undefined) this.#settle(before.ticket);
      const chat = createLaggingChat('waiting', afterSeq, this.#maxEvents);
      // what was skipped before must be replayed as well
      if (before !== undefined && before.state !== 'done') chat.targetSeq = before.targetSeq;
      this.#chats.set(chatId, chat);
    }
    return (heads) => this.#start(targets, heads);
  }

  /** Decides about a live event. True: the connection sends it now. */
  takesLive(chatId: string, seq: number): boolean {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return true;
    if (chat.state === 'done') {
      if (seq <= chat.afterSeq) return false;
      this.#chats.delete(chatId);
      return true;
    }
    if (chat.firstSkippedSeq === 0) chat.firstSkippedSeq = seq;
    chat.targetSeq = Math.max(chat.targetSeq, seq);
    return false;
  }

  /** The client reads too slowly for this event: its chat is followed from the log, without a limit. */
  lag(chatId: string, seq: number): void {
    const chat = createLaggingChat('reading', seq - 1, Number.POSITIVE_INFINITY);
    chat.targetSeq = seq;
    this.#chats.set(chatId, chat);
    this.#queue.push(chatId);
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
      if (chat.isStale) this.#chats.delete(chatId);
      else chat.isStale = chat.state === 'done';
    }
  }

  /** Goes on, when the client has room. Call it after each drain. */
  run(): void {
    if (this.#isRunning || !this.#reader.isOpen) return;
    this.#isRunning = true;
    // not before the reply of the command that started it
    setImmediate(() => {
      this.#work()
        .catch((failure: unknown) => this.#reader.catchUpFailed(failure))
        .finally(() => {
          this.#isRunning = false;
        });
    });
  }

  #start(targets: readonly CatchUpTarget[], heads: ReadonlyMap<string, number>): void {
    const ticket: SyncTicket = { heads: Object.fromEntries(heads), pending: 1 };
    for (const { chatId } of targets) {
      const chat = this.#chats.get(chatId);
      // a later sync may have taken it over
      if (chat === undefined || chat.state !== 'waiting') continue;
      const headSeq = heads.get(chatId);
      if (headSeq === undefined) {
        this.#letGo(chatId, chat);
        continue;
      }
      chat.state = 'reading';
      chat.targetSeq = Math.max(chat.targetSeq, headSeq);
      chat.ticket = ticket;
      ticket.pending++;
      this.#queue.push(chatId);
    }
    setImmediate(() => this.#settle(ticket));
    this.run();
  }

  /** The chat is not replayed after all; live events that waited are. */
  #letGo(chatId: string, chat: LaggingChat): void {
    if (chat.firstSkippedSeq === 0) this.#chats.delete(chatId);
    else this.lag(chatId, chat.firstSkippedSeq);
  }

  async #work(): Promise<void> {
    while (this.#reader.isOpen && this.#reader.hasRoom) {
      for (const [topic, { from, to }] of this.#topics)
        this.#reader.pushNow(createPush('gap', { topic, from, to, reason: 'limit' }));
      this.#topics.clear();
      const chatId = this.#queue[0];
      if (chatId === undefined) return;
      const chat = this.#chats.get(chatId);
      if (chat === undefined || chat.state !== 'reading') this.#queue.shift();
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
    if (chat.afterSeq >= (chat.ticket?.heads[chatId] ?? Number.POSITIVE_INFINITY)) this.#reachHead(chat);
    const isAtEnd = page.toSeq <= afterSeq || chat.afterSeq >= chat.targetSeq;
    const isSpent = !isAtEnd && chat.budget <= 0;
    if (isSpent) {
      const gap = { chat_id: chatId, from: chat.afterSeq + 1, to: chat.targetSeq, reason: 'limit' } as const;
      this.#reader.pushNow(createPush('gap', gap));
      chat.afterSeq = chat.targetSeq;
    }
    if (!isAtEnd && !isSpent) return;
    this.#reachHead(chat);
    chat.state = 'done';
  }

  /** The part that a sync asked for is sent; what came since is followed without a limit. */
  #reachHead(chat: LaggingChat): void {
    if (chat.ticket !== undefined) this.#settle(chat.ticket);
    chat.ticket = undefined;
    chat.budget = Number.POSITIVE_INFINITY;
  }

  #settle(ticket: SyncTicket): void {
    ticket.pending--;
    if (ticket.pending === 0) this.#reader.pushNow(createPush('caught_up', { heads: ticket.heads }));
  }
}

function createLaggingChat(state: LaggingChat['state'], afterSeq: number, budget: number): LaggingChat {
  return { state, afterSeq, targetSeq: afterSeq, firstSkippedSeq: 0, budget, ticket: undefined, isStale: false };
}
