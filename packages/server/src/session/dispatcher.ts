import {
  COMMANDS,
  type CommandDefinition,
  type CommandType,
  REQUEST_ID_MAX_BYTES,
  type RequestId,
} from '@parley/protocol';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { CommandHandler, CommandHandlers } from '../ports/caller.ts';
import type { Connection } from './connection.ts';
import { errorReply } from './error-reply.ts';
import { takeToken } from './rate-bucket.ts';
import type { CommandCounter, SessionCounters } from './session-counters.ts';
import type { SessionOptions } from './session-options.ts';

/** A command with everything that answering it needs, looked up once. */
interface Route {
  readonly definition: CommandDefinition;
  readonly handler: CommandHandler;
  readonly counter: CommandCounter;
  /** How the JSON of each success begins; building a reply from text costs half of serialising it whole. */
  readonly replyStart: string;
}

/** What is known of a message that is being answered. */
interface Request {
  readonly type: string | undefined;
  readonly requestId: RequestId | undefined;
}

/** A command on its way through its handler. */
interface Exchange {
  readonly connection: Connection;
  readonly route: Route;
  readonly request: Request;
  readonly startMs: number;
  /** Whether what follows waits until it is known who this is: `login` and the next command may come in one packet. */
  readonly isHeld: boolean;
}

/** A frame rate counts as exceeded without pause as long as a frame is refused so often. */
const FLOOD_PAUSE_MS = 1000;
/** Commands that, when they fail on a connection with a user, leave it the user it has. */
const SIGN_INS: ReadonlySet<string | undefined> = new Set(['login', 'auth', 'refresh']);

/** Longer than any type there is or will be; what is longer is not echoed. */
const TYPE_MAX_LENGTH = 64;
/** Type and request id of a longer message are not echoed when it comes beyond the frame rate. */
const ECHO_MAX_LENGTH = 2048;
/** Protocol fields nest less; the content of opaque fields does not count. */
const FIELD_DEPTH_MAX = 8;

/** An escape that may leave half a character behind. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

const NO_REQUEST: Request = { type: undefined, requestId: undefined };

/**
 * Answers messages: frame rate, JSON, envelope, authentication, reserved keys, schema, message rate, handler, reply, in
 * that order. Whatever is wrong with a message is answered and the connection lives; only floods and refused tokens
 * close it. Never throws.
 */
export class Dispatcher {
  readonly #routes = new Map<string, Route>();
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #counters: SessionCounters;
  readonly #log: Log;

  constructor(context: {
    readonly handlers: Required<CommandHandlers>;
    readonly options: SessionOptions;
    readonly clock: Clock;
    readonly counters: SessionCounters;
    readonly log: Log;
  }) {
    this.#options = context.options;
    this.#clock = context.clock;
    this.#counters = context.counters;
    this.#log = context.log;
    for (const type of Object.keys(COMMANDS) as CommandType[]) {
      this.#routes.set(type, {
        definition: COMMANDS[type],
        handler: context.handlers[type],
        counter: context.counters.command(type),
        // only `hello` is answered by another type
        replyStart: `{"type":${JSON.stringify(type === 'hello' ? 'welcome' : type)},"status":"success"`,
      });
    }
  }

  /** Answers one message of a connection. */
  dispatch(connection: Connection, text: string): void {
    const startMs = this.#clock.monotonic();
    let request = NO_REQUEST;
    let route: Route | undefined;
    try {
      const waitMs = takeToken(connection, this.#options.frameRate, startMs);
      if (waitMs > 0 && this.#isFlooding(connection, startMs)) return;
      const isRefused = waitMs > 0;
      // a flood must not make the server read what it refuses
      if (isRefused && text.length > ECHO_MAX_LENGTH) throw new AppError('rate_limited', { retryAfterMs: waitMs });
      const message = parseObject(text);
      request = readRequest(message);
      if (isRefused) throw new AppError('rate_limited', { retryAfterMs: waitMs });
      route = this.#route(message);
      const fields = this.#admit(connection, route, message, startMs);
      const isHeld = connection.identity === undefined;
      const answer = route.handler(connection, fields);
      if (answer instanceof Promise) this.#awaitAnswer({ connection, route, request, startMs, isHeld }, answer);
      else this.#succeed(connection, route, request, startMs, answer);
    } catch (failure) {
      this.#fail(connection, route, request, startMs, failure);
    }
  }

  /** Notes a frame beyond the rate. True when that has gone on for so long that the connection was closed. */
  #isFlooding(connection: Connection, nowMs: number): boolean {
    this.#counters.rateLimited.frame++;
    const { flood } = connection;
    const isOngoing = flood !== undefined && nowMs - flood.refusedAtMs <= FLOOD_PAUSE_MS;
    const sinceMs = isOngoing ? flood.sinceMs : nowMs;
    connection.flood = { sinceMs, refusedAtMs: nowMs };
    if (nowMs - sinceMs < this.#options.frameRateGraceMs) return false;
    connection.fail(new AppError('frame_rate_exceeded'));
    return true;
  }

  #route(message: Readonly<Record<string, unknown>>): Route {
    const route = this.#routes.get(message['type'] as string);
    if (route === undefined) {
      this.#counters.command('other').received++;
      throw new AppError('unknown_type');
    }
    route.counter.received++;
    return route;
  }

  /** The validated fields of a message that may be handled. */
  #admit(connection: Connection, route: Route, message: Readonly<Record<string, unknown>>, nowMs: number): unknown {
    const { definition } = route;
    if (definition.audience === 'user' && connection.identity === undefined) throw new AppError('not_authenticated');
    assertNoReservedKeys(message, definition.opaque);
    const parsed = definition.fields.safeParse(message);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const field = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
      throw new AppError('invalid_fields', { message: `${field}${issue?.message ?? 'A field has the wrong form'}.` });
    }
    if (definition.rate === 'message' && connection.messageBucket !== undefined) {
      const waitMs = takeToken(connection.messageBucket, this.#options.messageRate, nowMs);
      if (waitMs > 0) {
        this.#counters.rateLimited.message++;
        throw new AppError('rate_limited', { retryAfterMs: waitMs });
      }
    }
    return parsed.data;
  }

  #awaitAnswer(exchange: Exchange, answer: Promise<unknown>): void {
    const { connection, route, request, startMs } = exchange;
    if (exchange.isHeld) connection.holdInput();
    connection.answering();
    answer.then(
      (payload) => {
        try {
          this.#succeed(connection, route, request, startMs, payload);
        } catch (failure) {
          this.#fail(connection, route, request, startMs, failure);
        }
        this.#answered(exchange);
      },
      (failure: unknown) => {
        this.#fail(connection, route, request, startMs, failure);
        this.#answered(exchange);
      },
    );
  }

  #answered({ connection, isHeld }: Exchange): void {
    if (isHeld) connection.releaseInput();
    connection.answered();
  }

  #succeed(connection: Connection, route: Route, request: Request, startMs: number, payload: unknown): void {
    const { requestId } = request;
    const echo = requestId === undefined ? '' : `,"request_id":${JSON.stringify(requestId)}`;
    connection.reply(`${route.replyStart}${echo},"payload":${JSON.stringify(payload)}}`);
    route.counter.observeMs(this.#clock.monotonic() - startMs);
  }

  #fail(connection: Connection, route: Route | undefined, request: Request, startMs: number, failure: unknown): void {
    const error = AppError.from(failure);
    if (route !== undefined) {
      route.counter.failed++;
      route.counter.observeMs(this.#clock.monotonic() - startMs);
    }
    this.#logFailure(connection, request, error);
    connection.reply(JSON.stringify(errorReply(error, request)));
    const { close } = error.row;
    const isHarmless = connection.identity !== undefined && SIGN_INS.has(request.type);
    if (close !== undefined && !isHarmless) connection.close(close, error.code);
  }

  #logFailure(connection: Connection, request: Request, error: AppError): void {
    const { level } = error.row;
    if (level === 'silent') return;
    const facts = { connection: connection.connectionId, type: request.type, code: error.code, err: error.cause };
    this.#log[level](facts, error.message);
  }
}

/** The message as an object with a string type. @throws AppError `invalid_json`, `invalid_message` */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = SURROGATE_ESCAPE.test(text) ? JSON.parse(text, makeWellFormed) : JSON.parse(text);
  } catch {
    throw new AppError('invalid_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('invalid_message');
  return value as Readonly<Record<string, unknown>>;
}

/**
 * No UTF-8 holds a lone surrogate: what is told live would differ from what is stored, so it is U+FFFD from here on. The
 * request id is never stored, and echoed as it came.
 */
function makeWellFormed(key: string, value: unknown): unknown {
  return typeof value === 'string' && key !== 'request_id' ? value.toWellFormed() : value;
}

/** Type and request id as far as they can be echoed. @throws AppError `invalid_message`, `invalid_request_id` */
function readRequest(message: Readonly<Record<string, unknown>>): Request {
  const { type, request_id: requestId } = message;
  if (typeof type !== 'string' || type.length > TYPE_MAX_LENGTH) throw new AppError('invalid_message');
  if (requestId === undefined) return { type, requestId: undefined };
  const isValid =
    typeof requestId === 'string'
      ? requestId.length <= REQUEST_ID_MAX_BYTES && Buffer.byteLength(requestId) <= REQUEST_ID_MAX_BYTES
      : Number.isSafeInteger(requestId);
  if (!isValid) throw new AppError('invalid_request_id');
  return { type, requestId: requestId as RequestId };
}

/** Refuses reserved keys at any depth of the protocol's own fields; what is opaque belongs to the user. */
function assertNoReservedKeys(value: object, opaque?: readonly string[], depth = 0): void {
  if (depth > FIELD_DEPTH_MAX) throw new AppError('invalid_fields', { message: 'The fields are nested too deeply.' });
  for (const key in value) {
    // JSON.parse makes __proto__ an own key; the others are inherited by everything and listed only when they are own
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw new AppError('reserved_key');
    const nested = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof nested !== 'object' || nested === null || opaque?.includes(key) === true) continue;
    assertNoReservedKeys(nested, undefined, depth + 1);
  }
}
