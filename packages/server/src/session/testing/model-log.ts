import { Outgoing } from '../../ports/outgoing.ts';
import type { ReplayPage, ReplaySource } from '../../ports/replay.ts';

/** One event of a ModelChat, as far as the reader is concerned. */
export interface ModelEvent {
  readonly seq: number;
  readonly push: Outgoing;
  /** Whether the reader's own connection caused it. */
  readonly isOwn: boolean;
  /** Whether the reader was in the chat when it was committed, or left by it. */
  readonly isForReader: boolean;
}

/** A chat's log, what one reader may see of it, and what of it was delivered live. */
export class ModelChat {
  readonly events: ModelEvent[] = [];
  /** The last event that was delivered live. */
  liveSeq = 0;
  joinedSeq = 1;
  leftSeq: number | undefined = undefined;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  get isMember(): boolean {
    return this.leftSeq === undefined;
  }

  /** Where the log ends for the reader. */
  get headSeq(): number {
    return this.leftSeq ?? this.events.length;
  }

  commit(kind: 'message' | 'change' | 'joined', isOwn: boolean): void {
    this.#append(kind, isOwn, this.isMember);
  }

  leave(): void {
    this.#append('change', false, true);
    this.leftSeq = this.events.length;
  }

  rejoin(): void {
    this.leftSeq = undefined;
    this.joinedSeq = this.events.length + 1;
    this.commit('joined', false);
  }

  /** The events to deliver live next. */
  takeLive(count: number): readonly ModelEvent[] {
    const taken = this.events.slice(this.liveSeq, this.liveSeq + count);
    this.liveSeq += taken.length;
    return taken;
  }

  /** What the reader sees after a seq. */
  visibleAfter(afterSeq: number, limit: number): readonly ModelEvent[] {
    const fromSeq = Math.max(this.joinedSeq, afterSeq + 1);
    return this.events.filter(({ seq }) => seq >= fromSeq && seq <= this.headSeq).slice(0, limit);
  }

  #append(kind: 'message' | 'change' | 'joined', isOwn: boolean, isForReader: boolean): void {
    const seq = this.events.length + 1;
    const type = kind === 'message' ? 'message:new' : 'member:changed';
    const payload = { kind, filler: '.'.repeat(100) };
    const push = new Outgoing(
      { type, payload, chat_id: this.#id, seq },
      { class: 'durable', isFrozen: kind === 'message' },
    );
    this.events.push({ seq, push, isOwn, isForReader });
  }
}

/** A read that is under way. */
interface PendingRead {
  readonly answer: (maxEvents: number) => void;
}

/** The logs of several chats. Reads are answered when the test says so. */
export class ModelLog implements ReplaySource {
  readonly chats: ReadonlyMap<string, ModelChat>;
  readonly #reads: PendingRead[] = [];

  constructor(chatIds: readonly string[]) {
    this.chats = new Map(chatIds.map((id) => [id, new ModelChat(id)]));
  }

  chat(chatId: string): ModelChat {
    const chat = this.chats.get(chatId);
    if (chat === undefined) throw new Error(`There is no chat ${chatId}.`);
    return chat;
  }

  read(_userId: string, chatId: string, afterSeq: number, limit: number): Promise<ReplayPage> {
    if (limit < 1) throw new Error('A read asks for nothing.');
    return new Promise((resolve) => {
      const answer = (maxEvents: number) => {
        const events = this.chat(chatId).visibleAfter(afterSeq, Math.min(limit, maxEvents));
        resolve({ events, toSeq: events.at(-1)?.seq ?? afterSeq });
      };
      this.#reads.push({ answer });
    });
  }

  get hasReads(): boolean {
    return this.#reads.length > 0;
  }

  /** Answers the oldest read with at most so many events, from the log as it is now. */
  answerRead(maxEvents: number): void {
    this.#reads.shift()?.answer(maxEvents);
  }
}
