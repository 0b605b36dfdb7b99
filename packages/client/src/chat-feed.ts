import type { CommandType, Push } from '@parley/protocol';
import { ChatCursor, type Stretch } from './chat-cursor.ts';
import type { Gap } from './client-events.ts';
import type { PayloadFor, PushPayload, Welcome } from './commands.ts';

/** A chat and everything up to which seq of it is known. */
export type Position = [chatId: string, afterSeq: number];

/** Told of everything the feed hands on. */
export interface FeedObserver {
  push(push: Push): void;
  gap(gap: Gap): void;
  /** The server has another log than before: all that was known is void. */
  logReplaced(): void;
  /** Something is known to be missing. */
  behind(): void;
}

/** What happens in the user's chats: each event once, in the order of its chat's log, across connections. */
export class ChatFeed {
  readonly #observer: FeedObserver;
  readonly #cursors = new Map<string, ChatCursor>();
  readonly #behind = new Set<string>();
  #userId = '';
  #logEpoch: string | undefined;
  /** Nothing is known yet: the chats begin at their heads. */
  #isFresh = true;
  #handedOn = 0;

  constructor(observer: FeedObserver) {
    this.#observer = observer;
  }

  /** Where each chat stands. */
  positions(): ReadonlyMap<string, number> {
    return new Map([...this.#cursors].map(([chatId, { seq }]) => [chatId, seq]));
  }

  /** The chats of which something is known to be missing. */
  behind(): Position[] {
    return [...this.#behind].map((chatId) => [chatId, this.#cursor(chatId).seq]);
  }

  /** Grows with everything handed on. */
  get handedOn(): number {
    return this.#handedOn;
  }

  /** Who reads. */
  identify(userId: string): void {
    this.#userId = userId;
  }

  /** Forgets everything. */
  clear(): void {
    this.#cursors.clear();
    this.#behind.clear();
    this.#logEpoch = undefined;
    this.#isFresh = true;
  }

  /** Notes which log the server has; cursors into another one are void. */
  welcome({ log_epoch: logEpoch }: Welcome): void {
    const isOther = this.#logEpoch !== undefined && this.#logEpoch !== logEpoch;
    if (isOther) this.clear();
    this.#logEpoch = logEpoch;
    if (isOther) this.#observer.logReplaced();
  }

  /** What was missed since the positions of `before`, now that the chats stand at these heads. */
  missed(before: ReadonlyMap<string, number>, heads: Readonly<Record<string, number>>): Position[] {
    const missed: Position[] = [];
    for (const [chatId, cursor] of this.#cursors) {
      const head = heads[chatId];
      const seq = before.get(chatId);
      if (seq === undefined) {
        if (!cursor.isStarted) missed.push([chatId, 0]);
      } else if (head === undefined ? !cursor.isLeft || cursor.isBehind : seq !== head) {
        // not among the user's chats any more: the log ends with the event that says why
        missed.push([chatId, seq]);
      }
    }
    return missed;
  }

  /** Takes a push of a chat's log. */
  take(push: Push & { readonly chat_id: string; readonly seq: number }): void {
    const { chat_id: chatId, seq } = push;
    this.#take(chatId, { from: seq, to: seq, push, isStart: this.#isOwnMembership(push, 'joined') });
  }

  /** Takes a gap that the server tells. */
  takeGap(gap: PushPayload<'gap'>): void {
    const { chat_id: chatId, from, to } = gap;
    if (chatId === undefined) this.#observer.gap(gap);
    else this.#take(chatId, { from, to, push: { type: 'gap', payload: gap }, isStart: false });
  }

  /** Compares where the chats should stand with where they do. */
  noteHeads(heads: Readonly<Record<string, number>>): void {
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    for (const [chatId, seq] of Object.entries(heads)) {
      if (isFresh) this.startAt(chatId, seq);
      const cursor = this.#cursor(chatId);
      cursor.noteHead(seq);
      this.#mark(chatId, cursor);
    }
  }

  /** Has a chat begin after `seq`, unless it has begun. */
  startAt(chatId: string, seq: number): void {
    const cursor = this.#cursor(chatId);
    this.#handOn(chatId, cursor, cursor.start(seq));
    this.#mark(chatId, cursor);
  }

  /** What was known of a chat is void. */
  forget(chatId: string): void {
    this.#cursors.delete(chatId);
    this.#behind.delete(chatId);
  }

  /** Takes the events that replies tell: the connection that caused one gets no push of it. */
  noteReply(type: CommandType, payload: unknown): void {
    if (type === 'message') {
      const { duplicate: _duplicate, ...message } = payload as PayloadFor<'message'>;
      this.take({ type: 'message:new', payload: message, chat_id: message.chat_session_id, seq: message.seq });
    } else if (type === 'create_chat' || type === 'create_group') {
      const { id, seq } = payload as PayloadFor<'create_chat'>;
      this.startAt(id, seq);
    } else {
      this.#noteChange(type, payload as Partial<PayloadFor<'leave_group'>>);
    }
  }

  #noteChange(type: CommandType, change: Partial<PayloadFor<'leave_group'>>): void {
    const { group_id: chatId, seq, duplicate } = change;
    // the seq of a duplicate may be that of somebody else's event
    if (chatId === undefined || seq === undefined || duplicate === true) return;
    this.#take(chatId, { from: seq, to: seq, push: undefined, isStart: false });
    if (type === 'leave_group') this.#cursor(chatId).isLeft = true;
  }

  #cursor(chatId: string): ChatCursor {
    let cursor = this.#cursors.get(chatId);
    if (cursor === undefined) {
      cursor = new ChatCursor();
      this.#cursors.set(chatId, cursor);
    }
    return cursor;
  }

  #take(chatId: string, stretch: Stretch): void {
    const cursor = this.#cursor(chatId);
    this.#handOn(chatId, cursor, cursor.take(stretch));
    this.#mark(chatId, cursor);
  }

  #handOn(chatId: string, cursor: ChatCursor, stretches: readonly Stretch[]): void {
    this.#handedOn += stretches.length;
    for (const { push, from, to, isStart } of stretches) {
      if (push === undefined) continue;
      if (isStart) cursor.isLeft = false;
      if (this.#isOwnMembership(push, 'left') || this.#isOwnMembership(push, 'removed')) cursor.isLeft = true;
      if (push.type === 'gap') this.#observer.gap({ ...(push.payload as Gap), chat_id: chatId, from, to });
      else this.#observer.push(push);
    }
  }

  #isOwnMembership({ type, payload }: Push, change: PushPayload<'member:changed'>['change']): boolean {
    if (type !== 'member:changed') return false;
    const event = payload as PushPayload<'member:changed'>;
    return event.user_id === this.#userId && event.change === change;
  }

  #mark(chatId: string, cursor: ChatCursor): void {
    if (!cursor.isBehind) {
      this.#behind.delete(chatId);
    } else if (this.#cursors.get(chatId) === cursor) {
      this.#behind.add(chatId);
      this.#observer.behind();
    }
  }
}
