import type { CatchUpStart, CatchUpTarget } from '../ports/caller.ts';
import { createPush } from '../ports/create-push.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { ReplayPage, ReplaySource } from '../ports/replay.ts';
import { FollowedChat, type SyncTicket } from './followed-chat.ts';

/** Events read from the log at once. */
const PAGE_EVENTS = 200;

/** What the catch-up needs of its connection. */
export interface CatchUpReader {
  readonly userId: string;
  readonly isOpen: boolean;
  /** Whether the client has read enough that more may be read for it. */
  readonly hasRoom: boolean;
  /** Whether what has been read must wait after all; never while `hasRoom`. */
  readonly isBehind: boolean;
  /** Sends in any case; the catch-up paces itself. */
  pushNow(push: Outgoing): void;
  /** Every sync has been told `caught_up`. */
  caughtUp(): void;
  /** The log cannot be read; the client must come back later. */
  catchUpFailed(failure: unknown): void;
}

/**
 * Sends a connection what it missed, from the log: after `sync`, and when the client read too slowly to follow live. See
 * FollowedChat for what becomes of one chat.
 */
export class CatchUp {
  readonly #reader: CatchUpReader;
  readonly #source: ReplaySource;
  readonly #maxEvents: number;
  readonly #chats = new Map<string, FollowedChat>();
  readonly #topics = new Map<string, { from: number; to: number }>();
  /** Chats to read, first come first served. */
  readonly #queue = new Set<string>();
  #rank = 0;
  /** Syncs that are owed a `caught_up`, and those whose heads are not known. */
  #openSyncs = 0;
  #isRunning = false;

  constructor(reader: CatchUpReader, source: ReplaySource, maxEvents: number) {
    this.#reader = reader;
    this.#source = source;
    this.#maxEvents = maxEvents;
  }

  /** Whether something waits to be sent as soon as the client has room. */
  get hasWork(): boolean {
    return this.#queue.size > 0 || this.#topics.size > 0;
  }

  /** Whether a sync has not been answered in full. */
  get isSyncing(): boolean {
    return this.#openSyncs > 0;
  }

  /** Whether nothing is left to do or to remember. */
  get isIdle(): boolean {
    return this.#chats.size === 0 && this.#topics.size === 0 && this.#openSyncs === 0 && !this.#isRunning;
  }

  /**
   * Registers a sync: from now on live events of these chats wait. `start` replays each from its cursor to its head, and
   * one `caught_up` follows when all have reached theirs; chats without a head go on as before, and without heads the
   * whole sync comes to nothing.
   */
  register(targets: readonly CatchUpTarget[]): CatchUpStart {
    const rank = ++this.#rank;
    this.#openSyncs++;
    for (const { chatId } of targets) this.#follow(chatId).wait();
    // not before the reply of the command
    return (heads) => void setImmediate(() => this.#start(rank, targets, heads));
  }

  /** Decides about a live event. True: the connection sends it now. */
  takesLive(chatId: string, seq: number): boolean {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return true;
    if (chat.state !== 'done') {
      chat.skip(seq);
      return false;
    }
    if (seq <= chat.sentSeq) return false;
    this.#chats.delete(chatId);
    return true;
  }

  /** Notes an event that this connection caused, so that it is not told it again. */
  noteOwn(chatId: string, seq: number): void {
    this.#chats.get(chatId)?.noteOwn(seq);
  }

  /** The client reads too slowly for this event: its chat is followed from the log, without a limit. */
  lag(chatId: string, seq: number): void {
    this.#chats.set(chatId, new FollowedChat(seq - 1, seq));
    this.#queue.add(chatId);
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

  /** The client does not want the topic any more. */
  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Forgets chats that have been done for a whole heartbeat: their late live events have arrived. */
  forgetDone(): void {
    for (const [chatId, chat] of this.#chats) {
      if (chat.state !== 'done') continue;
      if (chat.isStale) this.#chats.delete(chatId);
      else chat.isStale = true;
    }
  }

  /** Goes on, when there is something to do and the client has room. */
  run(): void {
    if (this.#isRunning || !this.hasWork || !this.#reader.isOpen || !this.#reader.hasRoom) return;
    this.#isRunning = true;
    this.#work().then(
      () => {
        this.#isRunning = false;
      },
      (failure: unknown) => {
        this.#isRunning = false;
        this.#reader.catchUpFailed(failure);
      },
    );
  }

  #follow(chatId: string): FollowedChat {
    let chat = this.#chats.get(chatId);
    if (chat === undefined) {
      chat = new FollowedChat();
      this.#chats.set(chatId, chat);
    }
    return chat;
  }

  #start(rank: number, targets: readonly CatchUpTarget[], heads: ReadonlyMap<string, number> | undefined): void {
    const ticket: SyncTicket = { heads: heads ?? new Map(), pending: 1 };
    for (const { chatId, afterSeq } of targets) {
      const chat = this.#follow(chatId);
      const headSeq = heads?.get(chatId);
      if (headSeq === undefined) {
        chat.refuse();
      } else {
        ticket.pending++;
        chat.grant({ rank, afterSeq, headSeq, maxEvents: this.#maxEvents, ticket });
      }
      if (chat.state === 'live') this.#chats.delete(chatId);
      else if (chat.state === 'reading') this.#queue.add(chatId);
      this.#settleReached(chat);
    }
    if (heads === undefined) this.#endSync();
    else this.#settle(ticket);
    this.run();
  }

  async #work(): Promise<void> {
    while (this.#reader.isOpen && this.#reader.hasRoom) {
      this.#tellLostTopics();
      const [chatId] = this.#queue;
      if (chatId === undefined) return;
      const chat = this.#chats.get(chatId);
      if (chat?.state !== 'reading') this.#queue.delete(chatId);
      else if (!this.#cutOff(chatId, chat)) await this.#readPage(chatId, chat);
    }
  }

  #tellLostTopics(): void {
    for (const [topic, { from, to }] of this.#topics) {
      this.#reader.pushNow(createPush('gap', { topic, from, to, reason: 'limit' }));
    }
    this.#topics.clear();
  }

  /** Tells what is over the limit of a sync as a gap. False when nothing is. */
  #cutOff(chatId: string, chat: FollowedChat): boolean {
    const from = chat.sentSeq + 1;
    const to = chat.cutOff();
    if (to === undefined) return false;
    this.#tellGap(chatId, from, to, 'limit');
    this.#settleReached(chat);
    return true;
  }

  async #readPage(chatId: string, chat: FollowedChat): Promise<void> {
    const afterSeq = chat.sentSeq;
    const page = await this.#source.read(this.#reader.userId, chatId, afterSeq, chat.pageLimit(PAGE_EVENTS));
    // a sync may have changed where to read, or whether
    const isCurrent = this.#chats.get(chatId) === chat && chat.state === 'reading' && chat.sentSeq === afterSeq;
    if (!isCurrent || !this.#reader.isOpen) return;
    this.#sendPage(chatId, chat, page);
    this.#settleReached(chat);
  }

  /** Sends what was read, as far as the client has room. */
  #sendPage(chatId: string, chat: FollowedChat, page: ReplayPage): void {
    const afterSeq = chat.sentSeq;
    if (page.lostToSeq !== undefined) {
      chat.advance(page.lostToSeq, 0);
      this.#tellGap(chatId, afterSeq + 1, page.lostToSeq, 'retention');
    }
    for (const { seq, push } of page.events) {
      if (chat.isBeyond(seq)) break;
      if (this.#reader.isBehind) return;
      const isOwn = chat.isOwn(seq);
      if (!isOwn) this.#reader.pushNow(push);
      chat.advance(seq, isOwn ? 0 : 1);
    }
    if (chat.sentSeq > afterSeq) return;
    // the reader was removed and is back: what was before is gone for them
    chat.giveUp();
    this.#tellGap(chatId, afterSeq + 1, chat.sentSeq, 'retention');
  }

  #tellGap(chatId: string, from: number, to: number, reason: 'retention' | 'limit'): void {
    this.#reader.pushNow(createPush('gap', { chat_id: chatId, from, to, reason }));
  }

  #settleReached(chat: FollowedChat): void {
    for (const ticket of chat.takeReached()) this.#settle(ticket);
  }

  #settle(ticket: SyncTicket): void {
    ticket.pending--;
    if (ticket.pending > 0) return;
    this.#reader.pushNow(createPush('caught_up', { heads: Object.fromEntries(ticket.heads) }));
    this.#endSync();
  }

  #endSync(): void {
    this.#openSyncs--;
    if (this.#openSyncs === 0) this.#reader.caughtUp();
  }
}
