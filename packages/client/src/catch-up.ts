import type { ChatFeed, Position } from './chat-feed.ts';
import type { Reset } from './client-events.ts';
import type { PayloadFor } from './commands.ts';
import type { Link } from './link.ts';
import type { Timers } from './timers.ts';

/** How long a hole in a log may stay, without anything else arriving, before the client asks for what is missing. */
const HOLE_WAIT_MS = 1000;
/** Chats in one `sync`. */
const SYNC_CHATS_MAX = 1000;

/** Fate of a send, as `sync` tells it. */
export type SendFate = PayloadFor<'sync'>['pending'][number];

/** What a catch-up works with. */
export interface CatchUpContext {
  readonly timers: Timers;
  readonly requestTimeoutMs: number;
  reset(reset: Reset): void;
}

/** Asks for what the feed lacks: all that was missed when a connection begins, and holes that stay. */
export class CatchUp {
  readonly #feed: ChatFeed;
  readonly #context: CatchUpContext;
  #link: Link | undefined;
  /** Where the chats stood before this connection could tell anything. */
  #before: ReadonlyMap<string, number> = new Map();
  #isResumed = false;
  #holeTimer: unknown;

  constructor(feed: ChatFeed, context: CatchUpContext) {
    this.#feed = feed;
    this.#context = context;
  }

  /** A connection begins. */
  begin(link: Link): void {
    this.#link = link;
    this.#isResumed = false;
    this.#before = this.#feed.positions();
  }

  /** The connection is over. */
  end(): void {
    this.#link = undefined;
    this.#context.timers.clear(this.#holeTimer);
    this.#holeTimer = undefined;
  }

  /** The positions from before are void. */
  forgetBefore(): void {
    this.#before = new Map();
  }

  /**
   * Asks for everything missed since the last connection, and for the fate of these sends. What was missed follows as
   * events. @throws ClientError as {@link Link.request}
   */
  async resume(link: Link, pendingSends: readonly string[]): Promise<readonly SendFate[]> {
    const { heads = {} } = await link.request('ping', { heads: true }, this.#context.requestTimeoutMs);
    const fates = await this.#sync(link, this.#feed.missed(this.#before, heads), pendingSends, heads);
    this.#isResumed = true;
    this.watch();
    return fates;
  }

  /** While something is missing: asks for it, unless other things arrive meanwhile. */
  watch(): void {
    if (!this.#isResumed || this.#holeTimer !== undefined || this.#feed.behind().length === 0) return;
    const { handedOn } = this.#feed;
    this.#holeTimer = this.#context.timers.set(() => {
      this.#holeTimer = undefined;
      const link = this.#link;
      if (link === undefined) return;
      const isMoving = handedOn !== this.#feed.handedOn;
      const asked = isMoving ? Promise.resolve() : this.#sync(link, this.#feed.behind(), [], {});
      // refused or timed out: the next round asks again, on this connection or the next
      asked.catch(() => undefined).finally(() => this.watch());
    }, HOLE_WAIT_MS);
  }

  async #sync(
    link: Link,
    chats: readonly Position[],
    pending: readonly string[],
    heads: Readonly<Record<string, number>>,
  ): Promise<readonly SendFate[]> {
    const fates: SendFate[] = [];
    // also without chats: the fates, and the `caught_up` that tells the listeners so
    for (let at = 0; at === 0 || at < chats.length; at += SYNC_CHATS_MAX) {
      const fields = { chats: chats.slice(at, at + SYNC_CHATS_MAX), ...(at === 0 && { pending: [...pending] }) };
      const reply = await link.request('sync', fields, this.#context.requestTimeoutMs);
      fates.push(...reply.pending);
      for (const { chat_id: chatId, code } of reply.refused) this.#refused(chatId, code, heads[chatId]);
    }
    return fates;
  }

  #refused(chatId: string, reason: 'chat_not_found' | 'cursor_ahead', head: number | undefined): void {
    this.#feed.forget(chatId);
    if (head !== undefined) this.#feed.startAt(chatId, head);
    this.#context.reset({ chatId, reason });
  }
}
