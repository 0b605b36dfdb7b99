import type { Clock } from '../kernel/clock.ts';
import { createId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { TimingWheel } from '../kernel/timing-wheel.ts';
import type { Bus, BusEvent } from '../ports/bus.ts';
import type { CommandHandlers } from '../ports/caller.ts';
import type { ReplaySource } from '../ports/replay.ts';
import { Connection, type ConnectionContext } from './connection.ts';
import { Dispatcher } from './dispatcher.ts';
import { Hub } from './hub.ts';
import { OutboxBudget } from './outbox.ts';
import { SessionCounters } from './session-counters.ts';
import type { SessionOptions } from './session-options.ts';
import type { Wire } from './wire.ts';

/** Ticks of the wheel: how late a deadline may be met. */
const TICK_MS = 250;

/** What the session layer is built from. */
export interface SessionLayerDependencies {
  readonly options: SessionOptions;
  readonly handlers: Required<CommandHandlers>;
  readonly replaySource: ReplaySource;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything between the transports and the features: connections, their index, time and dispatch. */
export class SessionLayer {
  readonly hub: Hub;
  readonly counters = new SessionCounters();
  readonly wheel: TimingWheel;
  readonly budget: OutboxBudget;
  readonly #context: ConnectionContext;
  readonly #unsubscribe: () => void;

  constructor({ options, handlers, replaySource, bus, clock, log }: SessionLayerDependencies) {
    this.wheel = new TimingWheel({
      tickMs: TICK_MS,
      monotonic: () => clock.monotonic(),
      report: (failure) => log.error({ err: failure }, 'a deadline failed'),
    });
    this.budget = new OutboxBudget({
      softBytes: options.outboxSoftBytes,
      hardBytes: options.outboxHardBytes,
      totalBytes: options.outboxTotalBytes,
    });
    this.hub = new Hub({ options, clock, counters: this.counters, log, budget: this.budget });
    const dispatcher = new Dispatcher({ handlers, options, clock, counters: this.counters, log });
    this.#context = {
      options,
      clock,
      wheel: this.wheel,
      budget: this.budget,
      counters: this.counters,
      log,
      index: this.hub,
      replaySource,
      dispatch: (connection, text) => dispatcher.dispatch(connection, text),
    };
    this.#unsubscribe = bus.subscribe((event) => this.#receive(event));
    this.wheel.start();
  }

  /** Makes the connection of a wire that has just opened. */
  open(wire: Wire, remoteAddress: string, connectionId: string = createConnectionId()): Connection {
    const connection = new Connection(this.#context, wire, { connectionId, remoteAddress });
    this.hub.add(connection);
    return connection;
  }

  /** Stops time and the bus. Connections must have ended. */
  stop(): void {
    this.wheel.stop();
    this.#unsubscribe();
  }

  #receive(event: BusEvent): void {
    switch (event.kind) {
      case 'chat':
        return this.hub.chatEvent(event.chatId, event.seq, event.memberIds, event.event, event.origin);
      case 'topic':
        return this.hub.topicEvent(event.topic, event.offset, event.event, event.origin);
      case 'users':
        return this.hub.toUsers(event.userIds, event.push, event.origin);
      case 'revocation':
        this.hub.revoke(event.revocation);
    }
  }
}

/** The id of a connection, which is also the trace id of its handshake. */
export function createConnectionId(): string {
  return createId('con');
}
