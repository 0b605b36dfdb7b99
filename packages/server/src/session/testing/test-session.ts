import { MemoryBus } from '../../adapters/memory/bus.ts';
import { silentLog } from '../../kernel/log.ts';
import type { CommandHandler, CommandHandlers, Identity } from '../../ports/caller.ts';
import type { ReplayPage, ReplaySource } from '../../ports/replay.ts';
import type { Connection } from '../connection.ts';
import { SessionLayer, type SessionLayerDependencies } from '../session-layer.ts';
import type { SessionOptions } from '../session-options.ts';
import { FakeWire } from './fake-wire.ts';
import { ManualClock } from './manual-clock.ts';

/** Limits that no test reaches by accident. */
export const TEST_OPTIONS: SessionOptions = {
  authTimeoutMs: 30_000,
  heartbeatMs: 25_000,
  expiryNoticeMs: 60_000,
  payloadMaxBytes: 65_536,
  outboxSoftBytes: 1_000_000,
  outboxHardBytes: 4_000_000,
  outboxTotalBytes: 256_000_000,
  frameRate: { perSecond: 1_000_000, burst: 1_000_000 },
  frameRateGraceMs: 10_000,
  messageRate: { perSecond: 1_000_000, burst: 1_000_000 },
  subscriptionsMax: 500,
  replayMaxEvents: 1000,
  sessionPolicy: { kind: 'multi', max: 1000 },
};

/** The wire's end of a connection under test. */
export interface TestPeer {
  readonly wire: FakeWire;
  readonly connection: Connection;
}

/** A session layer on fakes. Time stands still until `passMs`. */
export interface TestSession extends Disposable {
  readonly layer: SessionLayer;
  readonly bus: MemoryBus;
  readonly clock: ManualClock;
  /** Opens a connection; with a user id, of that user. */
  connect(userId?: string, wire?: FakeWire): TestPeer;
  /** Lets time pass in small steps and calls what becomes due. */
  passMs(ms: number): void;
}

/** Builds a session layer for a test. Handlers that are not given answer nothing. */
export function createTestSession(
  changes: Partial<Omit<SessionLayerDependencies, 'options' | 'handlers'>> & {
    readonly options?: Partial<SessionOptions>;
    readonly handlers?: CommandHandlers;
  } = {},
): TestSession {
  const clock = new ManualClock();
  const bus = new MemoryBus();
  const layer = new SessionLayer({
    bus,
    clock,
    log: silentLog,
    replaySource: emptyLog,
    ...changes,
    options: { ...TEST_OPTIONS, ...changes.options },
    handlers: handlersOrNothing(changes.handlers ?? {}),
  });
  return {
    layer,
    bus,
    clock,
    connect: (userId, wire = new FakeWire()) => {
      const connection = layer.open(wire, '203.0.113.7');
      if (userId !== undefined) connection.authenticate(identityFor(userId, clock));
      return { wire, connection };
    },
    passMs: (ms) => {
      for (let left = ms; left > 0; left -= 50) {
        clock.pass(Math.min(50, left));
        layer.wheel.advance();
      }
    },
    [Symbol.dispose]: () => layer.stop(),
  };
}

/** A user's identity, good for a day. */
export function identityFor(userId: string, clock: ManualClock, changes: Partial<Identity> = {}): Identity {
  return {
    userId,
    sessionId: undefined,
    tokenId: undefined,
    issuer: 'parley',
    roles: [],
    caps: undefined,
    issuedAtMs: clock.now(),
    expiresAtMs: clock.now() + 86_400_000,
    ...changes,
  };
}

const emptyLog: ReplaySource = {
  read: (_userId, _chatId, afterSeq): Promise<ReplayPage> => Promise.resolve({ events: [], toSeq: afterSeq }),
};

/** Every command of the protocol has a handler; those a test does not give must not be called. */
function handlersOrNothing(handlers: CommandHandlers): Required<CommandHandlers> {
  const missing: CommandHandler = () => {
    throw new Error('This test gives no handler for that command.');
  };
  return new Proxy(handlers, {
    get: (target, type) => (target as Record<string | symbol, unknown>)[type] ?? missing,
  }) as Required<CommandHandlers>;
}
