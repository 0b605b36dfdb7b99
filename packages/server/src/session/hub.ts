import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { createPush } from '../ports/create-push.ts';
import type { Delivery, OriginId, Revocation } from '../ports/delivery.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { Connection, ConnectionIndex } from './connection.ts';
import { createRateBucket, type RateBucket } from './rate-bucket.ts';
import type { SessionCounters } from './session-counters.ts';
import type { SessionOptions } from './session-options.ts';
import { TopicSubscribers } from './topic-subscribers.ts';
import { UserSlot } from './user-slot.ts';

/**
 * The connections of this node, by user and by topic. Whatever is handed to it during an event-loop turn leaves at the
 * turn's end: topics first put their events together, then each connection with something to send writes once.
 */
export class Hub implements Delivery, ConnectionIndex {
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #counters: SessionCounters;
  readonly #connections = new Set<Connection>();
  readonly #users = new Map<string, UserSlot>();
  readonly #topics = new Map<string, TopicSubscribers>();
  #dirtyTopics: TopicSubscribers[] = [];
  #dirtyConnections: Connection[] = [];
  #isFlushScheduled = false;
  readonly #flush = (): void => this.#flushTurn();

  constructor(context: {
    readonly options: SessionOptions;
    readonly clock: Clock;
    readonly counters: SessionCounters;
  }) {
    this.#options = context.options;
    this.#clock = context.clock;
    this.#counters = context.counters;
  }

  /** Connections of this node, unauthenticated ones included. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Users with at least one connection here. */
  get userCount(): number {
    return this.#users.size;
  }

  /** Topics with at least one subscriber here. */
  get topicCount(): number {
    return this.#topics.size;
  }

  /** Enters a connection that has just opened. */
  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  // ---- Delivery --------------------------------------------------------------------------------------------------

  chatEvent(chatId: string, seq: number, userIds: readonly string[], event: Outgoing, origin: OriginId): void {
    let deliveries = 0;
    for (const userId of userIds) {
      const slot = this.#users.get(userId);
      if (slot === undefined) continue;
      slot.chatEvent(chatId, seq, event, origin);
      deliveries += slot.size;
    }
    this.#counters.countSent(event.message.type, deliveries);
  }

  toUsers(userIds: readonly string[], push: Outgoing, origin: OriginId): void {
    for (const userId of userIds) {
      for (const connection of this.#users.get(userId)?.list() ?? []) {
        if (connection.connectionId !== origin) connection.push(push);
      }
    }
  }

  topicEvent(topic: string, offset: number, event: Outgoing, origin: OriginId): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    if (subscribers.keep(offset, event, origin)) {
      this.#dirtyTopics.push(subscribers);
      this.#scheduleFlush();
    }
  }

  revoke(revocation: Revocation): number {
    const isBan = revocation.kind === 'ban';
    const ended = this.#concernedBy(revocation);
    for (const connection of ended) connection.fail(new AppError(isBan ? 'account_disabled' : 'token_revoked'));
    return ended.length;
  }

  // ---- ConnectionIndex -------------------------------------------------------------------------------------------

  claim(connection: Connection, userId: string): RateBucket {
    let slot = this.#users.get(userId);
    if (slot === undefined) {
      slot = new UserSlot(createRateBucket(this.#options.messageRate, this.#clock.monotonic()));
      this.#users.set(userId, slot);
    }
    const policy = this.#options.sessionPolicy;
    if (policy.kind === 'multi' && slot.size >= policy.max) throw new AppError('session_limit');
    if (policy.kind === 'single') this.#replace(slot.list(), connection);
    // replacing the last one has emptied and removed the slot
    this.#users.set(userId, slot);
    slot.add(connection);
    return slot;
  }

  remove(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    for (const topic of connection.topics ?? []) this.#leave(connection, topic);
    connection.topics = undefined;
    const userId = connection.identity?.userId;
    const slot = userId === undefined ? undefined : this.#users.get(userId);
    if (userId === undefined || slot === undefined) return;
    slot.remove(connection);
    if (slot.size === 0) this.#users.delete(userId);
  }

  subscribe(connection: Connection, topic: string): void {
    connection.topics ??= new Set();
    if (connection.topics.has(topic)) return;
    if (connection.topics.size >= this.#options.subscriptionsMax) throw new AppError('subscription_limit');
    connection.topics.add(topic);
    let subscribers = this.#topics.get(topic);
    if (subscribers === undefined) {
      subscribers = new TopicSubscribers(topic);
      this.#topics.set(topic, subscribers);
    }
    subscribers.add(connection);
  }

  unsubscribe(connection: Connection, topic: string): void {
    if (connection.topics?.delete(topic) === true) this.#leave(connection, topic);
  }

  flushLater(connection: Connection): void {
    this.#dirtyConnections.push(connection);
    this.#scheduleFlush();
  }

  // ---- inside ----------------------------------------------------------------------------------------------------

  #concernedBy(revocation: Revocation): readonly Connection[] {
    if (revocation.kind === 'user' || revocation.kind === 'ban') return this.#users.get(revocation.id)?.list() ?? [];
    const key = revocation.kind === 'session' ? 'sessionId' : 'tokenId';
    return [...this.#connections].filter((connection) => connection.identity?.[key] === revocation.id);
  }

  #replace(older: readonly Connection[], by: Connection): void {
    const at = new Date(this.#clock.now()).toISOString();
    for (const connection of older) {
      connection.push(createPush('replaced', { by: by.connectionId, at }));
      connection.fail(new AppError('replaced'));
    }
  }

  #leave(connection: Connection, topic: string): void {
    const subscribers = this.#topics.get(topic);
    subscribers?.delete(connection);
    if (subscribers?.size === 0) this.#topics.delete(topic);
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(this.#flush);
  }

  #flushTurn(): void {
    this.#isFlushScheduled = false;
    const topics = this.#dirtyTopics;
    if (topics.length > 0) {
      this.#dirtyTopics = [];
      let deliveries = 0;
      for (const topic of topics) deliveries += topic.flush();
      this.#counters.countSent('event', deliveries);
    }
    const connections = this.#dirtyConnections;
    this.#dirtyConnections = [];
    for (const connection of connections) connection.flush();
    // a flush may have queued more; it must not wait for somebody else's turn
    if (this.#dirtyConnections.length > 0 || this.#dirtyTopics.length > 0) this.#scheduleFlush();
  }
}
