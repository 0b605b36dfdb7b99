import type { Push } from '@parley/protocol';
import { type ClientError, toClientError } from './client-error.ts';
import type { Gap } from './client-events.ts';
import type { PayloadFor } from './commands.ts';
import type { Link } from './link.ts';

/** A place in a topic. Offsets of another epoch cannot be compared with it. */
export type TopicPosition = PayloadFor<'subscribe'>;

/** Told of what a new connection finds. */
export interface TopicsObserver {
  /** These events will not come. */
  lost(gap: Gap): void;
  /** A topic is refused now, and forgotten. */
  ended(error: ClientError): void;
}

/** The topics that the client is subscribed to; each connection subscribes to them anew. */
export class Topics {
  readonly #requestTimeoutMs: number;
  readonly #observer: TopicsObserver;
  readonly #positions = new Map<string, TopicPosition>();

  constructor(requestTimeoutMs: number, observer: TopicsObserver) {
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#observer = observer;
  }

  /** Subscribes, and remembers to do so again. @throws ClientError as {@link Link.request} */
  async subscribe(link: Link, topic: string): Promise<TopicPosition> {
    const position = await link.request('subscribe', { topic }, this.#requestTimeoutMs);
    this.#positions.set(topic, position);
    return position;
  }

  /** Ends a subscription, if there is a connection here and on the server. @throws ClientError as {@link Link.request} */
  async unsubscribe(link: Link | undefined, topic: string): Promise<void> {
    this.#positions.delete(topic);
    await link?.request('unsubscribe', { topic }, this.#requestTimeoutMs);
  }

  /** Subscribes on a new connection, and tells what was published meanwhile as gaps. @throws ClientError */
  async resume(link: Link): Promise<void> {
    await Promise.all([...this.#positions].map(([topic, before]) => this.#resubscribe(link, topic, before)));
  }

  /** Forgets all of them. */
  clear(): void {
    this.#positions.clear();
  }

  async #resubscribe(link: Link, topic: string, before: TopicPosition): Promise<void> {
    try {
      const { epoch, offset } = await this.subscribe(link, topic);
      const from = before.epoch === epoch ? before.offset + 1 : 1;
      if (from <= offset) this.#observer.lost({ topic, from, to: offset, reason: 'limit' });
    } catch (failure) {
      const error = toClientError(failure);
      if (error.retry !== 'never') throw failure;
      this.#positions.delete(topic);
      this.#observer.ended(error);
    }
  }

  /** Notes how far a topic has come. */
  note({ topic, offset }: Pick<Push, 'topic' | 'offset'>): void {
    const position = topic === undefined ? undefined : this.#positions.get(topic);
    if (position === undefined || topic === undefined || offset === undefined) return;
    if (offset > position.offset) this.#positions.set(topic, { ...position, offset });
  }
}
