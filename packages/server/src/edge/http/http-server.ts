import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

/** Deadlines and sizes of requests; each is an option of the server. */
export interface HttpServerOptions {
  /** For the request head, from the first byte of a connection or of a further request. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /** For the whole request, its body included. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may stay without a request after an answer. Default 15,000. */
  readonly keepAliveTimeoutMs?: number;
  /** How long a connection may stay without a byte in either direction while it is answered. Default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Largest request head. Default 16,384. */
  readonly maxHeaderBytes?: number;
  /** How often deadlines are looked at, which is how late they may be met. Default 500. */
  readonly checkIntervalMs?: number;
}

/**
 * An HTTP server that never listens: sockets come from the one port by `server.emit('connection', socket)`.
 *
 * Node (24, `_http_server.js`) starts the interval that enforces the header and request deadlines on the event
 * `listening`, and connections that come before are not watched at all. So that event is emitted here, at once.
 * `server.close()` stops the interval, also though the server never listened.
 *
 * Only WebSocket requests may reach an `upgrade` listener. Others that offer an upgrade (`h2c`) are answered as the plain
 * requests that they are too (RFC 9110 section 7.8).
 */
export function createHttpServer(answer: RequestListener, options: HttpServerOptions = {}): Server {
  const requestTimeout = options.requestTimeoutMs ?? 10_000;
  const server: Server = createServer(
    {
      headersTimeout: Math.min(options.headersTimeoutMs ?? 10_000, requestTimeout),
      requestTimeout,
      keepAliveTimeout: options.keepAliveTimeoutMs ?? 15_000,
      connectionsCheckingInterval: options.checkIntervalMs ?? 500,
      maxHeaderSize: options.maxHeaderBytes ?? 16_384,
      shouldUpgradeCallback: (request) => server.listenerCount('upgrade') > 0 && isWebSocketUpgrade(request),
    },
    answer,
  );
  server.setTimeout(options.idleTimeoutMs ?? 60_000);
  // an expectation that is not known is ignored (RFC 9110 section 10.1.1 allows it): a refusal would not be in our form
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.emit('listening');
  return server;
}

function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket') === true;
}
