import type { ReceivedMessage } from './fake-wire.ts';
import type { ModelLog } from './model-log.ts';

/** What the client knows of a chat. */
interface KnownChat {
  /** Everything up to here was received, or told as a gap. */
  seq: number;
  /** Seqs that replies to own commands told. */
  readonly own: Set<number>;
  /** The sync whose cursor counts. */
  rank: number;
  /** The highest head that a sync told. */
  syncHeadSeq: number;
  /** Events since that sync. */
  replayed: number;
}

/** A sync that was answered and is owed a `caught_up`. */
interface OpenSync {
  readonly heads: string;
  /** Chats whose heads the client has not reached since. */
  readonly missing: Map<string, number>;
}

/**
 * A client that said hello and believes the protocol: each event of a chat is the next one, once, or told as a gap; a sync
 * takes it back to its cursor; `caught_up` comes once for each sync and not before its heads. Whatever breaks this is
 * kept in `faults`.
 */
export class ModelClient {
  readonly faults: string[] = [];
  readonly #log: ModelLog;
  readonly #replayMaxEvents: number;
  readonly #chats = new Map<string, KnownChat>();
  readonly #cursors = new Map<number, ReadonlyMap<string, number>>();
  readonly #open: OpenSync[] = [];

  constructor(log: ModelLog, replayMaxEvents: number) {
    this.#log = log;
    this.#replayMaxEvents = replayMaxEvents;
  }

  /** Syncs that have had no `caught_up` yet. */
  get openSyncs(): number {
    return this.#open.length;
  }

  /** Notes what a sync of that rank asks for. */
  noteSync(rank: number, cursors: ReadonlyMap<string, number>): void {
    this.#cursors.set(rank, cursors);
  }

  /** How far the client is, own events included. */
  seqOf(chatId: string): number {
    const { seq, own } = this.#chat(chatId);
    let reached = seq;
    while (own.has(reached + 1)) reached++;
    return reached;
  }

  receive(message: ReceivedMessage): void {
    const { type, status, payload } = message;
    if (status === 'error') this.faults.push(`error ${message.code}`);
    else if (type === 'sync') this.#receiveSync(message.request_id as number, payload['heads'] as Heads);
    else if (type === 'message') this.#chat(payload['chat_id'] as string).own.add(payload['seq'] as number);
    else if (type === 'caught_up') this.#receiveCaughtUp(payload['heads'] as Heads);
    else if (type === 'gap') this.#receiveGap(payload as unknown as Gap);
    else if (message.seq !== undefined) this.#receiveEvent(message);
    for (const { missing } of this.#open) {
      for (const [chatId, headSeq] of missing) if (this.#hasReached(chatId, headSeq)) missing.delete(chatId);
    }
  }

  #receiveSync(rank: number, heads: Heads): void {
    this.#open.push({ heads: JSON.stringify(heads), missing: new Map(Object.entries(heads)) });
    for (const [chatId, headSeq] of Object.entries(heads)) {
      const chat = this.#chat(chatId);
      chat.syncHeadSeq = Math.max(chat.syncHeadSeq, headSeq);
      if (rank < chat.rank) continue;
      chat.rank = rank;
      chat.seq = this.#cursors.get(rank)?.get(chatId) as number;
      chat.replayed = 0;
    }
  }

  #receiveCaughtUp(heads: Heads): void {
    const fitting = this.#open.filter((open) => open.heads === JSON.stringify(heads));
    const open = fitting.find(({ missing }) => missing.size === 0) ?? fitting[0];
    if (open === undefined) return void this.faults.push('caught_up without a sync');
    this.#open.splice(this.#open.indexOf(open), 1);
    for (const [chatId, headSeq] of open.missing) this.faults.push(`caught_up before ${chatId} ${headSeq}`);
  }

  #hasReached(chatId: string, headSeq: number): boolean {
    // whoever was removed and came back sees nothing of what was before
    return this.seqOf(chatId) >= headSeq || this.#log.chat(chatId).joinedSeq > headSeq;
  }

  #receiveGap({ chat_id, from, to, reason }: Gap): void {
    const chat = this.#chat(chat_id);
    const isOverLimit = chat.replayed >= this.#replayMaxEvents && to <= chat.syncHeadSeq;
    const isGone = this.#log.chat(chat_id).joinedSeq > to;
    if (reason === 'limit' ? !isOverLimit : !isGone) this.faults.push(`gap for no reason: ${reason} ${from}-${to}`);
    if (this.#before(chat, from) !== from - 1 || to < from) this.faults.push(`gap ${from}-${to} after ${chat.seq}`);
    chat.seq = to;
  }

  #receiveEvent({ chat_id: chatId, seq, payload }: ReceivedMessage): void {
    const chat = this.#chat(chatId as string);
    const at = seq as number;
    const isNext = this.#before(chat, at) === at - 1;
    const isReturn = payload['kind'] === 'joined' && at > chat.seq;
    if (!isNext && !isReturn) this.faults.push(`event ${chatId} ${at} after ${chat.seq}`);
    if (chat.own.has(at) && at > chat.syncHeadSeq) this.faults.push(`own event ${chatId} ${at}`);
    chat.seq = Math.max(chat.seq, at);
    chat.replayed++;
  }

  /** How far the client is, counting own events below a seq. */
  #before(chat: KnownChat, seq: number): number {
    let reached = chat.seq;
    while (reached + 1 < seq && chat.own.has(reached + 1)) reached++;
    return reached;
  }

  #chat(chatId: string): KnownChat {
    let chat = this.#chats.get(chatId);
    if (chat === undefined) {
      chat = { seq: 0, own: new Set(), rank: 0, syncHeadSeq: 0, replayed: 0 };
      this.#chats.set(chatId, chat);
    }
    return chat;
  }
}

type Heads = Readonly<Record<string, number>>;

interface Gap {
  readonly chat_id: string;
  readonly from: number;
  readonly to: number;
  readonly reason: 'limit' | 'retention';
}
