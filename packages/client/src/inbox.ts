import type { CommandType, Push } from '@parley/protocol';
import { CatchUp, type SendFate } from './catch-up.ts';
import { ChatFeed } from './chat-feed.ts';
import type { ClientEvents } from './client-events.ts';
import type { PayloadFor, PushPayload, Welcome } from './commands.ts';
import type { Link } from './link.ts';
import type { Listeners } from './listeners.ts';
import type { Timers } from './timers.ts';
import { Topics } from './topics.ts';

/** Events of the client itself; a push of such a name is not passed on as one. */
const OWN_EVENTS: ReadonlySet<string> = new Set(['gap', 'reset', 'state', 'close', 'error', 'session', 'frame']);

/** Everything that the server tells: chats in order, topics, the rest as it comes. */
export class Inbox {
  readonly topics: Topics;
  readonly #listeners: Listeners<ClientEvents>;
  readonly #feed: ChatFeed;
  readonly #catchUp: CatchUp;

  constructor(listeners: Listeners<ClientEvents>, timers: Timers, requestTimeoutMs: number) {
    this.#listeners = listeners;
    this.#feed = new ChatFeed({
      push: (push) => this.#emit(push),
      gap: (gap) => listeners.emit('gap', gap),
      behind: () => this.#catchUp.watch(),
      logReplaced: () => {
        this.#catchUp.forgetBefore();
        listeners.emit('reset', { chatId: undefined, reason: 'log_epoch' });
      },
    });
    const reset = (...args: ClientEvents['reset']) => listeners.emit('reset', ...args);
    this.#catchUp = new CatchUp(this.#feed, { timers, requestTimeoutMs, reset });
    this.topics = new Topics(requestTimeoutMs, {
      lost: (gap) => listeners.emit('gap', gap),
      ended: (error) => listeners.emit('error', error),
    });
  }

  /** Forgets everything, for another sign-in. */
  clear(): void {
    this.#feed.clear();
    this.topics.clear();
  }

  /** A connection begins. */
  begin(link: Link): void {
    this.#catchUp.begin(link);
  }

  /** It is signed in: asks for what was missed. Returns the fate of these sends. @throws ClientError */
  async resume(link: Link, pendingSends: readonly string[]): Promise<readonly SendFate[]> {
    const fates = await this.#catchUp.resume(link, pendingSends);
    await this.topics.resume(link);
    return fates;
  }

  /** It is over. */
  end(): void {
    this.#catchUp.end();
  }

  /** Takes a push. */
  receive(push: Push): void {
    const { type, payload, chat_id, seq } = push;
    if (chat_id !== undefined && seq !== undefined) return this.#feed.take({ ...push, chat_id, seq });
    if (type === 'gap') return this.#feed.takeGap(payload as PushPayload<'gap'>);
    if (type === 'caught_up') this.#feed.noteHeads((payload as PushPayload<'caught_up'>).heads);
    this.topics.note(push);
    this.#emit(push);
  }

  /** Takes what a reply tells about chats and topics. */
  noteReply(type: CommandType, payload: unknown): void {
    switch (type) {
      case 'hello':
        return this.#feed.welcome(payload as Welcome);
      case 'auth':
      case 'login':
        return this.#feed.identify((payload as PayloadFor<'auth'>).user.id);
      case 'ping':
        return this.#feed.noteHeads((payload as PayloadFor<'ping'>).heads ?? {});
      case 'publish':
        return this.topics.note(payload as PayloadFor<'publish'>);
      default:
        this.#feed.noteReply(type, payload);
    }
  }

  #emit(push: Push): void {
    if (OWN_EVENTS.has(push.type)) return;
    this.#listeners.emit(push.type as 'message:new', push.payload as PushPayload<'message:new'>, push as never);
  }
}
