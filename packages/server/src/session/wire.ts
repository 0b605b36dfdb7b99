import type { WireFormat } from '../ports/outgoing.ts';

/** The name of a transport as metrics and timelines show it. */
export type TransportName = 'websocket' | 'tcp';

/**
 * What the session layer needs of a transport: it frames nothing and knows no socket. Nothing here throws; after the
 * peer has gone, calls do nothing.
 */
export interface Wire {
  readonly transport: TransportName;
  readonly format: WireFormat;
  /** Bytes written here that the kernel has not taken yet. */
  readonly bufferedBytes: number;
  /** Writes framed bytes. They may be shared with other connections and must not be changed. */
  write(bytes: Buffer): void;
  /** Asks the peer for a sign of life, where the transport has such a thing. */
  ping(): void;
  /** Stops and restarts reading: back-pressure to the peer. */
  pause(): void;
  resume(): void;
  /** The connection has a user now: it no longer counts as unauthenticated. */
  admit(): void;
  /** Ends the connection after what was written: a close code and reason where the transport has them. */
  close(code: number, reason: string): void;
}
