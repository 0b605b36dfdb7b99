import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { createPush } from '../ports/create-push.ts';
import type { Delivery, OriginId, Revocation } from '../ports/delivery.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { Connection, ConnectionIndex } from './connection.ts';
import { DepartedUsers } from './departed-users.ts';
import type { OutboxBudget } from './outbox.ts';
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
  readonly #log: Log;
  readonly #budget: OutboxBudget;
  readonly #connections = new Set<Connection>();
  readonly #users = new Map<string, UserSlot>();
  readonly #departed: DepartedUsers;
  readonly #topics = new Map<string, TopicSubscribers>();
  #dirtyTopics: TopicSubscribers[] = [];
  #dirtyConnections: Connection[] = [];
  #isFlushScheduled = false;
  /** What waited in all outboxes when the slowest connections were last ended because of it; 0 while less does. */
  #relievedAtBytes = 0;
  readonly #flush = (): void => this.#flushTurn();

  constructor(context: {
    readonly options: SessionOptions;
    readonly clock: Clock;
    readonly counters: SessionCounters;
    readonly log: Log;
    readonly budget: OutboxBudget;
  }) {
    this.#options = context.options;
    this.#clock = context.clock;
    this.#counters = context.counters;
    this.#log = context.log;
    this.#budget = context.budget;
    this.#departed = new DepartedUsers(context.options.messageRate);
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
      deliveries += this.#users.get(userId)?.chatEvent(chatId, seq, event, origin) ?? 0;
    }
    if (deliveries > 0) this.#counters.countSent(event.message.type, deliveries);
  }

  toUsers(userIds: readonly string[], push: Outgoing, origin: OriginId): void {
    let deliveries = 0;
    for (const userId of userIds) {
      for (const connection of this.#users.get(userId)?.list() ?? []) {
        if (connection.connectionId === origin) continue;
        connection.push(push);
        deliveries++;
      }
    }
    if (deliveries > 0) this.#counters.countSent(push.message.type, deliveries);
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
    const policy = this.#options.sessionPolicy;
    const slot = this.#users.get(userId) ?? this.#enter(userId);
    if (policy.kind === 'multi' && slot.size >= policy.max) throw new AppError('session_limit');
    const older = slot.list();
    slot.add(connection);
    if (policy.kind === 'single') this.#replace(older, connection);
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
    if (slot.size > 0) return;
    this.#users.delete(userId);
    this.#departed.keep(userId, slot, this.#clock.monotonic());
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
    // what was published before in this turn is not for the new subscriber
    this.#flushTopic(subscribers);
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

  #enter(userId: string): UserSlot {
    const bucket = this.#departed.take(userId) ?? createRateBucket(this.#options.messageRate, this.#clock.monotonic());
    const slot = new UserSlot(bucket);
    this.#users.set(userId, slot);
    return slot;
  }

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
    const topics = this.#dirtyTopics;
    if (topics.length > 0) {
      this.#dirtyTopics = [];
      for (const topic of topics) this.#flushTopic(topic);
    }
    const connections = this.#dirtyConnections;
    this.#dirtyConnections = [];
    for (const connection of connections) this.#flushConnection(connection);
    this.#relieve();
    this.#isFlushScheduled = false;
    // a flush may have queued more; it must not wait for somebody else's turn
    if (this.#dirtyConnections.length > 0 || this.#dirtyTopics.length > 0) this.#scheduleFlush();
  }

  /** Ends the slowest when too much waits in all. It is looked for only when that has grown: their ends take time. */
  #relieve(): void {
    const { waitingBytes, isExceeded } = this.#budget;
    if (!isExceeded) this.#relievedAtBytes = 0;
    if (!isExceeded || waitingBytes <= this.#relievedAtBytes) return;
    this.#relievedAtBytes = waitingBytes;
    for (const connection of this.#connections) connection.endIfOverShare();
  }

  // a fault of ours must not end the process, nor keep the others from being served

  #flushTopic(subscribers: TopicSubscribers): void {
    try {
      const deliveries = subscribers.flush();
      if (deliveries > 0) this.#counters.countSent('event', deliveries);
    } catch (failure) {
      this.#log.error({ err: failure, topic: subscribers.topic }, 'events of a topic could not be delivered');
    }
  }

  #flushConnection(connection: Connection): void {
    try {
      connection.flush();
    } catch (failure) {
      this.#log.error({ err: failure, connection: connection.connectionId }, 'a connection could not be written to');
      connection.fail(AppError.from(failure));
    }
  }
}
