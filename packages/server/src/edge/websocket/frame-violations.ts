/** What the peer did wrong, and the close frame that answers it. */
export interface FrameViolation {
  /** 1002 broken framing, 1007 invalid UTF-8, 1008 too many control frames, 1009 too big (RFC 6455 section 7.4.1). */
  readonly closeCode: 1002 | 1007 | 1008 | 1009;
  /** Snake_case code; goes into the close frame as it stands, so it stays below 123 bytes. */
  readonly reason: FrameViolationReason;
  /** Full sentence for logs and diagnosis. */
  readonly explanation: string;
}

const TABLE = {
  rsv_not_zero: [1002, 'A reserved bit is set although no extension was negotiated (RFC 6455 section 5.2).'],
  opcode_reserved: [1002, 'The frame has an opcode that RFC 6455 reserves (section 5.2).'],
  control_fragmented: [1002, 'A ping, pong or close frame is fragmented (RFC 6455 section 5.5).'],
  control_too_long: [1002, 'A ping, pong or close frame announces more than 125 bytes (RFC 6455 section 5.5).'],
  continuation_unexpected: [1002, 'A continuation frame came while no message was open (RFC 6455 section 5.4).'],
  continuation_missing: [1002, 'A new message began before the fragmented one ended (RFC 6455 section 5.4).'],
  mask_missing: [1002, 'A client sent an unmasked frame (RFC 6455 section 5.1).'],
  mask_unexpected: [1002, 'A server sent a masked frame (RFC 6455 section 5.1).'],
  length_not_minimal: [1002, 'The payload length is not in its shortest form (RFC 6455 section 5.2).'],
  length_overflow: [1002, 'The highest bit of a 64-bit payload length is set (RFC 6455 section 5.2).'],
  close_too_short: [1002, 'A close frame has a payload of one byte, half a close code (RFC 6455 section 5.5.1).'],
  close_code_invalid: [1002, 'A close frame carries a code that may not be sent (RFC 6455 section 7.4).'],
  close_reason_not_utf8: [1007, 'The reason in a close frame is not valid UTF-8 (RFC 6455 section 5.5.1).'],
  text_not_utf8: [1007, 'A text message is not valid UTF-8 (RFC 6455 section 8.1).'],
  message_too_big: [1009, 'A message announces more bytes than the payload limit allows.'],
  control_rate_exceeded: [1008, 'Ping and pong frames came faster than the limit allows.'],
} as const satisfies Record<string, readonly [FrameViolation['closeCode'], string]>;

/** Every reason for which the frame parser gives up a connection. */
export type FrameViolationReason = keyof typeof TABLE;

/** All frame violations, by reason. */
export const FRAME_VIOLATIONS = Object.freeze(
  Object.fromEntries(
    Object.entries(TABLE).map(([reason, [closeCode, explanation]]) => [
      reason,
      Object.freeze({ closeCode, reason, explanation }),
    ]),
  ),
) as Readonly<Record<FrameViolationReason, FrameViolation>>;
