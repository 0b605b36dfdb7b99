import type { CatchUpStart } from '../../ports/caller.ts';
import { FakeWire } from './fake-wire.ts';
import { ModelClient } from './model-client.ts';
import { type ModelChat, ModelLog } from './model-log.ts';
import { createTestSession, TEST_OPTIONS, type TestPeer, type TestSession } from './test-session.ts';
import { turns } from './turns.ts';

const USER = 'reader';
/** A few events fill it, so that slow reading is common. */
const SOFT_BYTES = 1500;

/** What may happen, in any order. */
export type WorldStep =
  | { readonly kind: 'commit'; readonly chat: string; readonly isOwn: boolean; readonly isMessage: boolean }
  | { readonly kind: 'deliver'; readonly chat: string; readonly count: number }
  | { readonly kind: 'leave' | 'rejoin'; readonly chat: string }
  | { readonly kind: 'sync'; readonly back: Readonly<Record<string, number>> }
  | { readonly kind: 'answer'; readonly index: number; readonly isStale: boolean; readonly isFailure: boolean }
  | { readonly kind: 'read'; readonly maxEvents: number }
  | { readonly kind: 'slow'; readonly isSlow: boolean }
  | { readonly kind: 'drain' | 'turn' | 'heartbeat' };

/** A sync that waits for its heads. */
interface WaitingSync {
  readonly rank: number;
  readonly cursors: ReadonlyMap<string, number>;
  readonly start: CatchUpStart;
  readonly headsThen: ReadonlyMap<string, number>;
}

/** A connection, the logs it follows and a client that checks what it gets. */
export class CatchUpWorld implements Disposable {
  readonly log: ModelLog;
  readonly client: ModelClient;
  readonly #session: TestSession;
  readonly #peer: TestPeer;
  readonly #waiting: WaitingSync[] = [];
  #rank = 0;

  constructor(chatIds: readonly string[], replayMaxEvents: number) {
    this.log = new ModelLog(chatIds);
    this.client = new ModelClient(this.log, replayMaxEvents);
    this.#session = createTestSession({
      replaySource: this.log,
      options: { outboxSoftBytes: SOFT_BYTES, outboxHardBytes: 1e9, outboxTotalBytes: 1e9, replayMaxEvents },
    });
    const wire = new FakeWire();
    wire.onWrite = () => {
      for (const message of wire.take()) this.client.receive(message);
    };
    this.#peer = this.#session.connect(USER, wire);
    this.#peer.connection.acceptHello();
  }

  async take(step: WorldStep): Promise<void> {
    switch (step.kind) {
      case 'commit':
        return this.#commit(this.log.chat(step.chat), step.isMessage, step.isOwn);
      case 'deliver':
        return this.#deliver(step.chat, step.count);
      case 'leave':
        return this.#chatOf(step.chat, true)?.leave();
      case 'rejoin':
        return this.#chatOf(step.chat, false)?.rejoin();
      case 'sync':
        return this.#sync(step.back);
      case 'answer':
        return this.#answer(step.index, step.isStale, step.isFailure);
      case 'read':
        return this.log.answerRead(step.maxEvents);
      case 'slow':
        this.#peer.wire.isSlow = step.isSlow;
        return;
      case 'drain':
        return this.#drain();
      case 'turn':
        return turns(1);
      case 'heartbeat':
        return this.#heartbeat();
    }
  }

  /** Lets everything that is under way come to its end. */
  async settle(): Promise<void> {
    this.#peer.wire.isSlow = false;
    while (this.#waiting.length > 0) this.#answer(0, false, false);
    for (const chatId of this.log.chats.keys()) this.#deliver(chatId, Number.POSITIVE_INFINITY);
    do {
      this.#drain();
      await turns();
      while (this.log.hasReads) {
        this.log.answerRead(3);
        await turns();
      }
    } while (this.#peer.connection.isBehind || !this.#peer.connection.hasRoom);
  }

  /** What the client has at the end, and what it should have, by chat. */
  outcome(): Readonly<Record<string, readonly [has: number, owed: number]>> {
    return Object.fromEntries(
      [...this.log.chats].map(([chatId, { headSeq }]) => [chatId, [this.client.seqOf(chatId), headSeq]]),
    );
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }

  #chatOf(chatId: string, isMember: boolean): ModelChat | undefined {
    const chat = this.log.chat(chatId);
    return chat.isMember === isMember ? chat : undefined;
  }

  #commit(chat: ModelChat, isMessage: boolean, isOwn: boolean): void {
    chat.commit(isMessage ? 'message' : 'change', isOwn && chat.isMember);
  }

  #deliver(chatId: string, count: number): void {
    const { connection } = this.#peer;
    for (const { seq, push, isOwn, isForReader } of this.log.chat(chatId).takeLive(count)) {
      const origin = isOwn ? connection.connectionId : undefined;
      this.#session.layer.hub.chatEvent(chatId, seq, isForReader ? [USER] : [], push, origin);
      if (isOwn)
        connection.reply(JSON.stringify({ type: 'message', status: 'success', payload: { chat_id: chatId, seq } }));
    }
  }

  #sync(back: Readonly<Record<string, number>>): void {
    const cursors = new Map(
      Object.entries(back).map(([chatId, steps]) => [chatId, Math.max(0, this.log.chat(chatId).headSeq - steps)]),
    );
    const rank = ++this.#rank;
    this.client.noteSync(rank, cursors);
    const start = this.#peer.connection.registerCatchUp(
      [...cursors].map(([chatId, afterSeq]) => ({ chatId, afterSeq })),
    );
    this.#waiting.push({ rank, cursors, start, headsThen: this.#headsOf(cursors) });
  }

  #answer(index: number, isStale: boolean, isFailure: boolean): void {
    const [sync] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1);
    if (sync === undefined) return;
    if (isFailure) return sync.start(undefined);
    const heads = isStale ? sync.headsThen : this.#headsOf(sync.cursors);
    const granted = new Map([...heads].filter(([chatId, headSeq]) => (sync.cursors.get(chatId) as number) <= headSeq));
    sync.start(granted);
    const payload = { heads: Object.fromEntries(granted) };
    this.#peer.connection.reply(JSON.stringify({ type: 'sync', status: 'success', request_id: sync.rank, payload }));
  }

  #headsOf(cursors: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    return new Map([...cursors.keys()].map((chatId) => [chatId, this.log.chat(chatId).headSeq]));
  }

  #drain(): void {
    this.#peer.wire.bufferedBytes = 0;
    this.#peer.connection.drained();
  }

  /** Live events are never later than a heartbeat. */
  #heartbeat(): void {
    for (const chatId of this.log.chats.keys()) this.#deliver(chatId, Number.POSITIVE_INFINITY);
    this.#peer.connection.heard();
    this.#session.passMs(TEST_OPTIONS.heartbeatMs);
  }
}
