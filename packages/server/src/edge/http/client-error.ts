import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../kernel/app-error.ts';
import { createId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { encodeHttpRefusal } from '../http-refusal.ts';

/** How long the client may take to read the refusal before the connection is cut. */
const READ_ANSWER_MS = 1000;

/** A fault that Node's parser reports; `code` is Node's or llhttp's. */
interface ParserFault extends Error {
  readonly code?: string;
}

/** A request and the answer to it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
}

/** Answers what is no request that could be routed: garbage, a head that is too large, a request that comes too slowly. */
export class ClientErrors {
  readonly #log: Log;
  /** Exchanges that are not over, per socket; several when requests are pipelined. */
  readonly #exchanges = new WeakMap<Socket, Set<Exchange>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Watches an exchange, from the server's event `request` on, until its answer is out. */
  watch(request: IncomingMessage, answer: ServerResponse): void {
    const { socket } = request;
    const exchanges = this.#exchanges.get(socket) ?? new Set();
    this.#exchanges.set(socket, exchanges);
    const exchange = { request, answer };
    exchanges.add(exchange);
    answer.once('close', () => exchanges.delete(exchange));
  }

  /** The listener of `clientError`. */
  refuse(fault: ParserFault, socket: Socket): void {
    if (fault.code === 'ECONNRESET' || !socket.writable || this.#owesAnswer(socket)) {
      socket.destroy();
      return;
    }
    const { error, status } = explain(fault);
    const traceId = createId('trc');
    this.#log.debug({ trace: traceId, code: error.code, fault: fault.code }, 'request refused by the parser');
    socket.end(encodeHttpRefusal(error, { stage: 'http', traceId, status }));
    setTimeout(() => socket.destroy(), READ_ANSWER_MS).unref();
  }

  /** Whether the client would take a refusal for the answer to an earlier request, or for a part of it. */
  #owesAnswer(socket: Socket): boolean {
    const exchanges = [...(this.#exchanges.get(socket) ?? [])];
    return exchanges.some(({ request, answer }) => request.complete || answer.headersSent);
  }
}

function explain(fault: ParserFault): { readonly error: AppError; readonly status: number } {
  switch (fault.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: new AppError('handshake_timeout'), status: 408 };
    case 'HPE_HEADER_OVERFLOW':
      return {
        error: new AppError('payload_too_large', {
          message: 'The request head is larger than this server accepts.',
          remedy: 'Send fewer or shorter headers and a shorter address (HEADERS_MAX_BYTES).',
        }),
        status: 431,
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { error: new AppError('payload_too_large'), status: 413 };
    default:
      return {
        error: new AppError('unrecognised_protocol', {
          message: 'This is not a valid HTTP/1.1 request.',
          remedy: 'Send it with an HTTP client, and look at what proxies in between change.',
        }),
        status: 400,
      };
  }
}
