import { type Bus, shardOf } from '../../ports/bus.ts';
import type { ChatChanged, LogEvent } from '../../ports/chat-log.ts';
import type { OriginId } from '../../ports/delivery.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import { logEventPush } from './log-event-push.ts';
import type { MemberCache } from './member-cache.ts';

/** Tells every node what the log has committed. Call it in the order in which the log resolved. */
export class FanOut {
  readonly #bus: Bus;
  readonly #members: MemberCache;

  constructor(bus: Bus, members: MemberCache) {
    this.#bus = bus;
    this.#members = members;
  }

  /** Publishes one event to these members. */
  publish(chatId: string, event: LogEvent, memberIds: readonly string[], origin: OriginId): void {
    this.#send(chatId, event.seq, logEventPush(chatId, event), memberIds, origin);
  }

  /**
   * Publishes what a change to a chat wrote. Whoever left by it is told too: the event that removed a member is the last
   * one that member sees.
   */
  publishChange(changed: ChatChanged, origin: OriginId): void {
    this.#members.set(changed.chatId, changed.memberIds);
    for (const event of changed.events) {
      const leaver = event.kind === 'member' && event.change.role === null ? [event.change.userId] : [];
      this.publish(changed.chatId, event, [...changed.memberIds, ...leaver], origin);
    }
  }

  /** Publishes a push that is in no log. */
  publishToUsers(key: string, userIds: readonly string[], push: Outgoing, origin: OriginId): void {
    this.#bus.publish(shardOf(key), { kind: 'users', userIds, push, origin });
  }

  /**
   * Publishes one microtask later. Outcomes of one commit settle together, and each reply leaves one microtask after its
   * outcome: so whoever sent one of these messages gets the reply before the events that follow it.
   */
  #send(chatId: string, seq: number, event: Outgoing, memberIds: readonly string[], origin: OriginId): void {
    queueMicrotask(() => this.#bus.publish(shardOf(chatId), { kind: 'chat', chatId, seq, event, memberIds, origin }));
  }
}
