import { CLOSE_CODES, type CloseName, type PushClass } from '@parley/protocol';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { isoTime } from '../kernel/iso-time.ts';
import type { Log } from '../kernel/log.ts';
import type { TimingWheel, WheelEntry } from '../kernel/timing-wheel.ts';
import type { Caller, CatchUpStart, CatchUpTarget, Identity } from '../ports/caller.ts';
import { createPush } from '../ports/create-push.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { ReplaySource } from '../ports/replay.ts';
import { CatchUp, type CatchUpReader } from './catch-up.ts';
import { errorReply } from './error-reply.ts';
import { Outbox, type OutboxBudget, type OutboxVerdict } from './outbox.ts';
import type { RateBucket } from './rate-bucket.ts';
import type { SessionCounters } from './session-counters.ts';
import type { SessionOptions } from './session-options.ts';
import type { Wire } from './wire.ts';

/** Longest close reason that fits a control frame (RFC 6455 section 5.5). */
const REASON_MAX_BYTES = 123;

/** The node's index of connections, as one of them sees it. */
export interface ConnectionIndex {
  /** Enters it under its user, as the session policy allows. @throws AppError `session_limit` */
  claim(connection: Connection, userId: string): RateBucket;
  /** Takes it out of everything; safe to repeat. */
  remove(connection: Connection): void;
  subscribe(connection: Connection, topic: string): void;
  unsubscribe(connection: Connection, topic: string): void;
  /** Has `flush` called at the end of this event-loop turn. */
  flushLater(connection: Connection): void;
}

/** What all connections of a node share. */
export interface ConnectionContext {
  readonly options: SessionOptions;
  readonly clock: Clock;
  readonly wheel: TimingWheel;
  readonly budget: OutboxBudget;
  readonly counters: SessionCounters;
  readonly log: Log;
  readonly index: ConnectionIndex;
  readonly replaySource: ReplaySource;
  /** Answers one message, a JSON text. Never throws. */
  dispatch(connection: Connection, text: string): void;
}

/** A frame rate that is being exceeded. */
export interface Flood {
  readonly sinceMs: number;
  /** When a frame was last refused. */
  readonly refusedAtMs: number;
}

/** Who ended a connection. */
export type CloseInitiator = 'client' | 'server';

/**
 * One connection, whatever its transport:
 *
 *     open ── authenticate ──> open, with identity ── close ──> closing ── closed ──> closed
 *      |  auth deadline, refused token, limits                     ^
 *      +-----------------------------------------------------------+
 *
 * It is its own entry of the timing wheel (authentication deadline, heartbeat, token expiry) and creates what few
 * connections need (catch-up, subscriptions, held input) only when they do: ten thousand idle ones must stay cheap.
 */
export class Connection implements Caller, CatchUpReader, WheelEntry, RateBucket {
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelTick = -1;
  tokens: number;
  refilledAtMs: number;
  /** The latest time that the frame rate was exceeded. */
  flood: Flood | undefined = undefined;
  readonly connectionId: string;
  readonly remoteAddress: string;
  readonly wire: Wire;
  saidHello = false;
  /** The message rate of its user, shared by all the user's connections. */
  messageBucket: RateBucket | undefined = undefined;
  topics: Set<string> | undefined = undefined;
  /** Whether its outbox is on the list of this turn. */
  isDirty = false;
  readonly #context: ConnectionContext;
  readonly #outbox: Outbox;
  #identity: Identity | undefined = undefined;
  #catchUp: CatchUp | undefined = undefined;
  #heldInput: string[] | undefined = undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #wasHeard = true;
  #missedHeartbeats = 0;
  #openAnswers = 0;
  #isFinishing = false;
  #wasToldExpiry = false;
  #hasSynced = false;
  #heartbeatDueMs: number;
  readonly #openedAtMs: number;

  constructor(
    context: ConnectionContext,
    wire: Wire,
    options: { readonly connectionId: string; readonly remoteAddress: string },
  ) {
    const nowMs = context.clock.monotonic();
    this.#context = context;
    this.wire = wire;
    this.connectionId = options.connectionId;
    this.remoteAddress = options.remoteAddress;
    this.#outbox = new Outbox(wire, context.budget);
    this.#openedAtMs = nowMs;
    this.tokens = context.options.frameRate.burst;
    this.refilledAtMs = nowMs;
    this.#heartbeatDueMs = nowMs + context.options.heartbeatMs;
    context.wheel.schedule(this, Math.min(context.options.authTimeoutMs, context.options.heartbeatMs));
  }

  // ---- what the wire reports -------------------------------------------------------------------------------------

  /** One message arrived. */
  receive(text: string): void {
    if (this.#state !== 'open') return;
    this.#wasHeard = true;
    if (this.#heldInput !== undefined) this.#heldInput.push(text);
    else this.#context.dispatch(this, text);
  }

  /** A sign of life that is no message (pong, ping). */
  heard(): void {
    this.#wasHeard = true;
  }

  /** The peer sends nothing more, but reads: it gets the answers that are under way, then the end. */
  finish(): void {
    this.#isFinishing = true;
    this.#closeWhenAnswered();
  }

  /** The kernel took everything that was written. */
  drained(): void {
    this.#outbox.recount();
    this.#catchUp?.run();
  }

  /** The transport is gone; the last call. */
  closed(code: number, initiator: CloseInitiator, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#context.wheel.cancel(this);
    this.#outbox.discard();
    this.#catchUp = undefined;
    this.#heldInput = undefined;
    this.#context.index.remove(this);
    this.#context.counters.countClosed(code, initiator, reason);
    this.#context.log.debug({ connection: this.connectionId, code, initiator, reason }, 'connection closed');
  }

  // ---- what handlers ask (Caller) --------------------------------------------------------------------------------

  get identity(): Identity | undefined {
    return this.#identity;
  }

  get userId(): string {
    return this.#identity?.userId ?? '';
  }

  acceptHello(): void {
    this.saidHello = true;
    if (!this.#wasToldExpiry) return;
    // told as an error before it was known that the client reads pushes: now in their form
    this.#wasToldExpiry = false;
    this.#scheduleNext(this.#context.clock.monotonic());
  }

  authenticate(identity: Identity): void {
    // a sign-in may take longer than its connection lives; entering the index now would never be undone
    if (this.#state !== 'open') throw new AppError('connection_closed');
    const before = this.#identity;
    if (before !== undefined && before.userId !== identity.userId) throw new AppError('auth_user_mismatch');
    if (before === undefined) {
      this.messageBucket = this.#context.index.claim(this, identity.userId);
      this.wire.admit();
    }
    this.#identity = identity;
    this.#wasToldExpiry = false;
    this.#scheduleNext(this.#context.clock.monotonic());
  }

  push(push: Outgoing): void {
    if (this.#isFor(push)) this.#enqueue(push.bytes(this.wire.format), push.class);
  }

  subscribe(topic: string): void {
    if (this.#state === 'open') this.#context.index.subscribe(this, topic);
  }

  unsubscribe(topic: string): void {
    this.#context.index.unsubscribe(this, topic);
    this.#catchUp?.forgetTopic(topic);
  }

  registerCatchUp(targets: readonly CatchUpTarget[]): CatchUpStart {
    this.#context.counters.recoveries++;
    this.#hasSynced = true;
    return this.#openCatchUp().register(targets);
  }

  // ---- what the hub and the dispatcher ask -----------------------------------------------------------------------

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get hasRoom(): boolean {
    return this.#outbox.hasRoom;
  }

  get isBehind(): boolean {
    return this.#outbox.isBehind;
  }

  /** A command is being answered; `answered` follows. */
  answering(): void {
    this.#openAnswers++;
  }

  answered(): void {
    this.#openAnswers--;
    this.#closeWhenAnswered();
  }

  /** Keeps messages that arrive from now on until `releaseInput`, and asks the peer to wait. */
  holdInput(): void {
    this.#heldInput = [];
    this.wire.pause();
  }

  /** Dispatches what was held, in order. */
  releaseInput(): void {
    const held = this.#heldInput;
    this.#heldInput = undefined;
    if (held === undefined || this.#state !== 'open') return;
    this.wire.resume();
    // one of them may hold the rest again
    for (const text of held) this.receive(text);
    this.#closeWhenAnswered();
  }

  /** Sends the answer to a command, a Reply or ErrorReply as JSON. */
  reply(json: string): void {
    this.#enqueue(this.wire.format.encode(json), 'control');
  }

  /** A live event of a chat; see CatchUp for when it is skipped. */
  chatEvent(chatId: string, seq: number, event: Outgoing): void {
    if (!this.#isFor(event)) return;
    if (this.#catchUp !== undefined && !this.#catchUp.takesLive(chatId, seq)) return;
    if (this.#enqueue(event.bytes(this.wire.format), event.class) !== 'lagging') return;
    this.#openCatchUp().lag(chatId, seq);
  }

  /** A live event of a chat that this connection caused: the reply tells it. */
  ownEvent(chatId: string, seq: number): void {
    this.#catchUp?.noteOwn(chatId, seq);
  }

  /** Events of a topic, encoded together: offsets `from` to `to`. */
  topicEvents(topic: string, from: number, to: number, bytes: Buffer, pushClass: PushClass): void {
    if (this.#catchUp?.isLaggingTopic(topic) === true || this.#enqueue(bytes, pushClass) === 'lagging') {
      this.#openCatchUp().lagTopic(topic, from, to);
    }
  }

  pushNow(push: Outgoing): void {
    // who never asked for events of a log or a topic does not know what a gap is
    const isKnown = push.class === 'control' && (this.#hasSynced || this.topics !== undefined);
    const bytes = isKnown || this.#isFor(push) ? push.bytes(this.wire.format) : undefined;
    if (bytes !== undefined) this.#enqueue(bytes, 'control');
    else if (push.message.type === 'gap') this.#enqueue(this.#encodeError(new AppError('events_lost')), 'control');
  }

  caughtUp(): void {
    this.#closeWhenAnswered();
  }

  catchUpFailed(failure: unknown): void {
    this.fail(AppError.from(failure), 'internal');
  }

  /** Writes what this turn collected. */
  flush(): void {
    this.isDirty = false;
    this.#outbox.flush();
    this.#catchUp?.run();
  }

  /** Ends the connection if it keeps more waiting than its share of what all may. */
  endIfOverShare(): void {
    if (this.#outbox.isOverShare) this.#noteSlow('full');
  }

  /** Ends the connection because of an error: tells it as a message, then closes with its code as the reason. */
  fail(error: AppError, closeName?: CloseName): void {
    if (this.#state !== 'open') return;
    // over the limits too: without it the peer could not tell why
    this.#outbox.force(this.#encodeError(error));
    this.close(closeName ?? error.row.close ?? 'internal', error.code);
  }

  /** Ends the connection after what it still has to be sent. */
  close(name: CloseName, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#context.wheel.cancel(this);
    this.#context.index.remove(this);
    this.flush();
    this.wire.close(CLOSE_CODES[name].code, cutReason(reason));
  }

  #closeWhenAnswered(): void {
    if (!this.#isFinishing || this.#openAnswers > 0 || this.#heldInput !== undefined) return;
    if (this.#catchUp?.isSyncing !== true) this.close('normal', 'normal');
  }

  // ---- time ------------------------------------------------------------------------------------------------------

  onDue(): void {
    const nowMs = this.#context.clock.monotonic();
    if (this.#identity === undefined && nowMs - this.#openedAtMs >= this.#context.options.authTimeoutMs) {
      this.fail(new AppError('auth_timeout'));
      return;
    }
    if (this.#identity !== undefined && !this.#checkExpiry(this.#identity)) return;
    if (nowMs >= this.#heartbeatDueMs && !this.#checkHeartbeat(nowMs)) return;
    this.#scheduleNext(nowMs);
  }

  /** False when the token has ended. */
  #checkExpiry(identity: Identity): boolean {
    const leftMs = identity.expiresAtMs - this.#context.clock.now();
    if (leftMs <= 0) {
      this.fail(new AppError('token_expired'));
      return false;
    }
    if (leftMs <= this.#context.options.expiryNoticeMs && !this.#wasToldExpiry) {
      this.#wasToldExpiry = true;
      this.#tellExpiry(isoTime(identity.expiresAtMs));
    }
    return true;
  }

  #tellExpiry(expiresAt: string): void {
    if (this.saidHello) return this.push(createPush('auth:expiring', { expires_at: expiresAt }));
    const message = `The token of this connection ends at ${expiresAt}.`;
    this.#enqueue(this.#encodeError(new AppError('token_expiring', { message })), 'control');
  }

  /** False when the peer was taken for dead: silent since before two heartbeats. */
  #checkHeartbeat(nowMs: number): boolean {
    this.#heartbeatDueMs = this.#nextHeartbeatMs(nowMs);
    this.#tidyUp();
    if (this.#wasHeard) {
      this.#wasHeard = false;
      this.#missedHeartbeats = 0;
    } else if (++this.#missedHeartbeats >= 2 && this.#mustAnswerHeartbeats()) {
      this.fail(new AppError('heartbeat_timeout'));
      return false;
    }
    this.wire.ping();
    return true;
  }

  /** Lateness must not add up over the periods; but after a stall of the process everybody gets a whole one. */
  #nextHeartbeatMs(nowMs: number): number {
    const { heartbeatMs } = this.#context.options;
    const isStalled = nowMs - this.#heartbeatDueMs > heartbeatMs / 2;
    return (isStalled ? nowMs : this.#heartbeatDueMs) + heartbeatMs;
  }

  /** What is not needed at once is done here: a reader that gets nothing new has no other occasion. */
  #tidyUp(): void {
    this.#outbox.recount();
    const catchUp = this.#catchUp;
    if (catchUp === undefined) return;
    catchUp.forgetDone();
    if (catchUp.isIdle) this.#catchUp = undefined;
    else catchUp.run();
  }

  /** Lines have no heartbeat of their own: only a client that said hello, and so read `heartbeat_ms`, must speak. */
  #mustAnswerHeartbeats(): boolean {
    return this.wire.transport !== 'tcp' || this.saidHello;
  }

  #scheduleNext(nowMs: number): void {
    if (this.#state !== 'open') return;
    let dueMs = this.#heartbeatDueMs - nowMs;
    if (this.#identity === undefined) {
      dueMs = Math.min(dueMs, this.#openedAtMs + this.#context.options.authTimeoutMs - nowMs);
    } else {
      const leftMs = this.#identity.expiresAtMs - this.#context.clock.now();
      dueMs = Math.min(
        dueMs,
        this.#wasToldExpiry ? leftMs : Math.max(leftMs - this.#context.options.expiryNoticeMs, 0),
      );
    }
    this.#context.wheel.schedule(this, dueMs);
  }

  // ---- sending ---------------------------------------------------------------------------------------------------

  #isFor(push: Outgoing): boolean {
    // a sync opts in to the log, and only `hello` to the rest
    return push.isFrozen || this.saidHello || (this.#hasSynced && push.class === 'durable');
  }

  #encodeError(error: AppError): Buffer {
    return this.wire.format.encode(JSON.stringify({ type: 'error', ...errorReply(error) }));
  }

  #enqueue(bytes: Buffer, pushClass: PushClass): OutboxVerdict {
    if (this.#state !== 'open') return 'dropped';
    const verdict = this.#outbox.push(bytes, pushClass);
    if (verdict === 'queued') {
      if (!this.isDirty) {
        this.isDirty = true;
        this.#context.index.flushLater(this);
      }
    } else {
      this.#noteSlow(verdict);
    }
    return verdict;
  }

  #noteSlow(verdict: Exclude<OutboxVerdict, 'queued'>): void {
    const { slowConsumers } = this.#context.counters;
    if (verdict === 'full') {
      slowConsumers.closed++;
      this.fail(new AppError('slow_consumer'));
    } else {
      slowConsumers[verdict]++;
    }
  }

  #openCatchUp(): CatchUp {
    this.#catchUp ??= new CatchUp(this, this.#context.replaySource, this.#context.options.replayMaxEvents);
    return this.#catchUp;
  }
}

/** Cuts a reason to what fits; codes are ASCII, so bytes are characters. */
function cutReason(reason: string): string {
  return reason.slice(0, REASON_MAX_BYTES);
}
