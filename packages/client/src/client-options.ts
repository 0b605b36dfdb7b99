import type { BackoffOptions } from './backoff.ts';
import type { CredentialsOptions } from './credentials.ts';
import type { OpenSocket } from './socket.ts';
import type { Timers } from './timers.ts';

/** How a client connects. */
export interface ClientOptions extends CredentialsOptions {
  /** The server: `https://chat.example.com`, `wss://chat.example.com/ws`. Without a path, `/ws` is meant. */
  readonly url: string | URL;
  /** How long to wait for the socket to open. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long to wait for a reply. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /** Pauses between attempts to connect. */
  readonly backoff?: BackoffOptions;
  /** For platforms without a global WebSocket, and for tests. */
  readonly openSocket?: OpenSocket;
  /** For tests. */
  readonly timers?: Timers;
}
