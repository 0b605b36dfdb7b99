import type { CloseAdvice, CommandType, ErrorReply, Push, Reply } from '@parley/protocol';
import { ClientError, localError } from './client-error.ts';
import { closeAdvice } from './close-advice.ts';
import type { FieldsFor, PayloadFor } from './commands.ts';
import type { SocketLike } from './socket.ts';
import type { Timers } from './timers.ts';

/** Longest reason that fits a close frame (RFC 6455 section 5.5: 123 bytes), whatever the characters. */
const REASON_MAX_CHARS = 41;

/** One message as it stands on the wire. It may hold passwords and tokens. */
export interface Frame {
  readonly direction: 'in' | 'out';
  readonly text: string;
}

/** How a connection ended. */
export interface Ending {
  /** Close code; 1006 when it ended without one, 1000 when this side closed. */
  readonly code: number;
  readonly reason: string;
  /** What the server said was wrong, or what the client found. */
  readonly error: ClientError;
  readonly advice: CloseAdvice;
}

/** Told of what comes in, at once and in the order of the wire. */
export interface LinkObserver {
  frame(frame: Frame): void;
  push(push: Push): void;
  /** A command succeeded; comes before its promise resolves. */
  reply(type: CommandType, payload: unknown): void;
  /** The server tells a fault that is no answer to a request. */
  error(error: ClientError): void;
}

interface WaitingRequest {
  readonly type: CommandType;
  readonly timer: unknown;
  resolve(payload: unknown): void;
  reject(error: ClientError): void;
}

/** One connection, from its socket's opening to its end: requests with their replies, and pushes. */
export class Link {
  /** Resolves when the socket is open; rejects with what kept it from that. */
  readonly opened: Promise<void>;
  /** Resolves when it is all over; never rejects. */
  readonly ended: Promise<Ending>;
  readonly #socket: SocketLike;
  readonly #observer: LinkObserver;
  readonly #timers: Timers;
  readonly #requests = new Map<number, WaitingRequest>();
  #lastId = 0;
  /** The server's own words about why it closes. */
  #farewell: ClientError | undefined;
  #isOpen = false;
  #isEnded = false;
  readonly #resolveEnded: (ending: Ending) => void;
  readonly #rejectOpened: (error: ClientError) => void;

  constructor(socket: SocketLike, observer: LinkObserver, timers: Timers) {
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Ending>();
    // whoever waits for the end learns of it anyway
    opened.promise.catch(() => undefined);
    this.opened = opened.promise;
    this.ended = ended.promise;
    this.#rejectOpened = opened.reject;
    this.#resolveEnded = ended.resolve;
    this.#socket = socket;
    this.#observer = observer;
    this.#timers = timers;
    socket.onopen = () => {
      this.#isOpen = true;
      opened.resolve();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#end(code, reason);
    // a close follows, and says as little
    socket.onerror = () => undefined;
  }

  /** Sends a command. @throws ClientError of the reply; `request_timeout`, `connection_lost` */
  request<T extends CommandType>(type: T, fields: FieldsFor<T>, timeoutMs: number): Promise<PayloadFor<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#isEnded) {
      reject(localError('connection_lost'));
      return promise as Promise<PayloadFor<T>>;
    }
    const id = ++this.#lastId;
    const timer = this.#timers.set(() => {
      this.#requests.delete(id);
      reject(localError('request_timeout'));
    }, timeoutMs);
    this.#requests.set(id, { type, timer, resolve, reject });
    const text = JSON.stringify({ type, request_id: id, ...fields });
    this.#observer.frame({ direction: 'out', text });
    this.#socket.send(text);
    return promise as Promise<PayloadFor<T>>;
  }

  /** Ends it from this side, without waiting for the other. */
  abandon(error: ClientError): void {
    if (this.#isEnded) return;
    this.#farewell ??= error;
    const advice = error.retry === 'never' ? 'stay-away' : 'reconnect';
    const reason = error.code.slice(0, REASON_MAX_CHARS);
    this.#end(1000, reason, advice);
    this.#socket.close(1000, reason);
  }

  #receive(data: unknown): void {
    if (this.#isEnded || typeof data !== 'string') return;
    this.#observer.frame({ direction: 'in', text: data });
    const message = parseObject(data);
    if (message === undefined) return;
    if (!('status' in message)) {
      this.#observer.push(message as unknown as Push);
      return;
    }
    const reply = message as unknown as Reply | ErrorReply;
    const request = this.#requests.get(reply.request_id as number);
    if (request !== undefined) this.#settle(reply.request_id as number, request, reply);
    else if (isError(reply)) this.#observer.error((this.#farewell = ClientError.fromReply(reply)));
  }

  #settle(id: number, request: WaitingRequest, reply: Reply | ErrorReply): void {
    this.#requests.delete(id);
    this.#timers.clear(request.timer);
    if (isError(reply)) {
      request.reject(ClientError.fromReply(reply));
    } else {
      this.#observer.reply(request.type, reply.payload);
      request.resolve(reply.payload);
    }
  }

  #end(code: number, reason: string, advice: CloseAdvice = closeAdvice(code)): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const lost = localError('connection_lost');
    const unexplained = this.#isOpen ? lost : localError('connect_failed');
    const error = this.#farewell ?? (reason === '' ? unexplained : closedWith(reason, advice));
    for (const request of this.#requests.values()) {
      this.#timers.clear(request.timer);
      request.reject(lost);
    }
    this.#requests.clear();
    this.#rejectOpened(error);
    this.#resolveEnded({ code, reason, error, advice });
  }
}

/** The error that the reason of a close stands for, when the server said no more. */
function closedWith(code: string, advice: CloseAdvice): ClientError {
  const retry = advice === 'reconnect' ? 'backoff' : 'never';
  return new ClientError(code, `The server closed the connection: ${code}.`, retry);
}

function isError(reply: Reply | ErrorReply): reply is ErrorReply {
  return reply.status === 'error';
}

/** Undefined for what is no JSON object: a server that sends such a thing is not ours, and the liveness check ends it. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
