import type { FrameViolation } from './frame-violations.ts';

/**
 * Receives what a FrameParser finds, in wire order. One connection object can be its own sink. Payloads are views
 * on the chunk given to `push` or on a buffer made for this message: read or copy them before returning, since a
 * kept view holds the whole chunk in memory.
 */
export interface FrameSink {
  /** A whole message; text is valid UTF-8. */
  onMessage(payload: Buffer, isText: boolean): void;
  /** At most 125 bytes; the pong must carry the same (RFC 6455 section 5.5.3). */
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The peer's close frame: 1005 and an empty reason when it carried none. Nothing follows. */
  onClose(code: number, reason: string): void;
  /** The peer broke the protocol or a limit. Nothing follows. */
  onViolation(violation: FrameViolation): void;
}
