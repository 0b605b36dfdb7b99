/** What a close code tells the client to do next. */
export type CloseAdvice = 'reconnect' | 'new-token' | 'stay-away' | 'done';

/** One row of the close-code table. */
export interface CloseCode {
  readonly code: number;
  readonly advice: CloseAdvice;
  readonly doc: string;
}

/**
 * Every close code the server sends, by name. 4000-4499: the client reconnects; 4500-4999: it does not
 * (centrifuge's rule, inside the private range of RFC 6455 section 7.4.2). The reason beside it carries
 * the exact error code in at most 123 bytes.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, advice: 'done', doc: 'The client closed, or logged out.' },
  going_away: { code: 1001, advice: 'reconnect', doc: 'The server leaves.' },
  frame_invalid: { code: 1002, advice: 'stay-away', doc: 'A frame broke RFC 6455.' },
  data_unsupported: { code: 1003, advice: 'stay-away', doc: 'A binary frame where the subprotocol has text.' },
  text_invalid: { code: 1007, advice: 'stay-away', doc: 'Text that is not UTF-8.' },
  policy: { code: 1008, advice: 'stay-away', doc: 'Control frames beyond their rate.' },
  too_big: { code: 1009, advice: 'stay-away', doc: 'A message over the payload limit.' },
  internal: { code: 1011, advice: 'reconnect', doc: 'A fault of the server.' },
  restart: { code: 1012, advice: 'reconnect', doc: 'The server restarts; a `reconnect` push said when to return.' },
  overloaded: { code: 1013, advice: 'reconnect', doc: 'The server is at a limit of its own; back off.' },
  token_expired: { code: 4001, advice: 'new-token', doc: 'The token reached its `exp`.' },
  auth_timeout: { code: 4002, advice: 'reconnect', doc: 'No token came before the deadline.' },
  heartbeat_timeout: { code: 4003, advice: 'reconnect', doc: 'Two heartbeats went unanswered.' },
  slow_consumer: { code: 4008, advice: 'reconnect', doc: 'The client reads slower than it is sent to.' },
  rate_limited: { code: 4009, advice: 'reconnect', doc: 'Too many frames for too long.' },
  token_invalid: { code: 4500, advice: 'new-token', doc: 'The token cannot be accepted; the reason says why.' },
  token_missing: { code: 4501, advice: 'new-token', doc: 'A token is needed to connect.' },
  replaced: { code: 4502, advice: 'stay-away', doc: 'A newer connection of this user took over.' },
  revoked: { code: 4503, advice: 'stay-away', doc: 'The token, session or user was revoked.' },
  banned: { code: 4504, advice: 'stay-away', doc: 'This user may not connect.' },
  session_limit: { code: 4505, advice: 'stay-away', doc: 'This user has as many connections as the policy allows.' },
  protocol_violation: { code: 4506, advice: 'stay-away', doc: 'The client keeps breaking the protocol.' },
  unsupported_client: { code: 4507, advice: 'stay-away', doc: 'The client speaks a version this server does not.' },
} as const satisfies Record<string, CloseCode>;

export type CloseName = keyof typeof CLOSE_CODES;
