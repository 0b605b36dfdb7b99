import type { CloseName } from './close-codes.ts';

/** When the same request may be tried again. */
export type Retry = 'never' | 'now' | 'backoff';

/** How loud the server's log is about it. `silent`: a client's everyday mistake. */
export type ErrorLevel = 'silent' | 'info' | 'warn' | 'error';

/** One row of the error catalogue. */
export interface ErrorRow {
  /** Full sentence for people; may be made more exact where it is raised. */
  readonly message: string;
  /** HTTP status of the same fault on the REST API. */
  readonly http: number;
  readonly retry: Retry;
  readonly level: ErrorLevel;
  /** What the reader can do about it. */
  readonly remedy: string;
  /** Set when the fault ends the connection. */
  readonly close?: CloseName;
}

const never = { retry: 'never', level: 'silent' } as const;
const backoff = { retry: 'backoff', level: 'warn' } as const;
const fatal = { http: 500, retry: 'never', level: 'error' } as const;

/**
 * The error catalogue: every code that Parley sends, prints or logs. Codes are lower snake_case and never reused
 * (see RETIRED_ERROR_CODES). docs/errors.md is generated from this table.
 */
export const ERRORS = {
  // tokens and sessions
  token_missing: {
    ...never,
    http: 401,
    close: 'token_missing',
    message: 'No token was presented.',
    remedy:
      'Send a token: the Authorization header, ?token=, the subprotocol item bearer.<token>, or a first message {"type":"auth","token":"..."}.',
  },
  token_empty: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The token is empty.',
    remedy:
      'The client had no token yet when it connected: read the token after sign-in has finished, and before connecting.',
  },
  token_malformed: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The token is not a signed JSON Web Token.',
    remedy:
      'Send the token as it was issued: three base64url parts with dots between, without "Bearer ", quotes or white space. `parley token inspect` shows what is wrong with it.',
  },
  token_signature: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The signature of the token does not verify.',
    remedy:
      'The issuer signs with another key than this server verifies with: compare the fingerprints of `parley config` and of the issuer; mind base64: and utf8: secrets.',
  },
  token_alg: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The token is signed with an algorithm this issuer does not use.',
    remedy: 'Sign with the algorithm of the configured key (HS256 for JWT_SECRET).',
  },
  token_issuer: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'No configured issuer accepts this token.',
    remedy: "Set JWT_SECRET to the issuer's secret, or correct the token's `iss` claim.",
  },
  token_audience: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The token is meant for another audience.',
    remedy: 'Correct the `aud` claim, or the audience configured for this issuer.',
  },
  token_not_yet_valid: {
    ...never,
    http: 401,
    close: 'token_invalid',
    message: 'The token is not valid yet.',
    remedy: 'Compare the clocks of the issuer and of this server; 30 seconds of difference are tolerated.',
  },
  token_expired: {
    ...never,
    http: 401,
    close: 'token_expired',
    message: 'The token has expired.',
    remedy: 'Get a new token (refresh, or sign in again) and connect with it.',
  },
  token_expiring: {
    retry: 'now',
    level: 'silent',
    http: 401,
    message: 'The token of this connection ends soon.',
    remedy:
      'Send {"type":"auth","token":"..."} with a new token of the same user; else the connection closes with 4001.',
  },
  token_revoked: { ...never, http: 401, close: 'revoked', message: 'The token was revoked.', remedy: 'Sign in again.' },
  not_authenticated: {
    ...never,
    http: 401,
    message: 'This needs a signed-in user.',
    remedy: 'Send {"type":"login","username":"...","password":"..."} or {"type":"auth","token":"..."} first.',
  },
  auth_timeout: {
    ...never,
    http: 408,
    close: 'auth_timeout',
    message: 'Nobody signed in on this connection in time.',
    remedy: 'Send a token with the handshake, or `auth` or `login` at once after connecting.',
  },
  auth_user_mismatch: {
    ...never,
    http: 403,
    message: 'The new token belongs to another user.',
    remedy: 'Open a new connection for another user.',
  },
  invalid_credentials: {
    ...never,
    http: 401,
    message: 'The user name or the password is wrong.',
    remedy: 'Check both. An administrator can set a new password: `parley user passwd <name>`.',
  },
  login_locked: {
    retry: 'backoff',
    level: 'warn',
    http: 429,
    message: 'Too many failed sign-ins; try again later.',
    remedy: 'Wait for retry_after_ms. The wait grows with each further failure.',
  },
  refresh_invalid: {
    ...never,
    http: 401,
    message: 'The refresh token is unknown, expired or already ended.',
    remedy: 'Sign in again.',
  },
  refresh_reused: {
    retry: 'never',
    level: 'warn',
    http: 401,
    message: 'This refresh token was used before; its session was ended.',
    remedy:
      'Sign in again. If two programs share one refresh token, give each its own session; otherwise somebody copied it.',
  },
  account_disabled: {
    ...never,
    http: 403,
    close: 'banned',
    message: 'This account is disabled.',
    remedy: 'Ask an administrator.',
  },
  api_key_invalid: {
    ...never,
    http: 401,
    message: 'The API key is unknown or revoked.',
    remedy: 'Create one with `parley key create`, and send it as `Authorization: Bearer <key>`.',
  },
  scope_missing: {
    ...never,
    http: 403,
    message: 'The API key lacks the scope for this.',
    remedy: 'Create a key with the scope that the error names.',
  },
  forbidden: {
    ...never,
    http: 403,
    message: 'You may not do this.',
    remedy: 'Ask somebody with the role that this needs.',
  },
  signup_closed: {
    ...never,
    http: 403,
    message: 'This server does not let people register themselves.',
    remedy: 'An administrator adds users with `parley user add`, or sets SIGNUP=open.',
  },
  username_taken: { ...never, http: 409, message: 'That user name is taken.', remedy: 'Choose another.' },
  password_weak: {
    ...never,
    http: 400,
    message: 'The password must have 10 to 256 characters.',
    remedy: 'Choose a longer password; a sentence is good.',
  },
  // the envelope
  invalid_json: {
    ...never,
    http: 400,
    message: 'The message is not JSON.',
    remedy: 'Send one JSON object per frame or line, as UTF-8.',
  },
  invalid_message: {
    ...never,
    http: 400,
    message: 'The message is not a JSON object with a string `type`.',
    remedy: 'Send {"type":"...", ...fields}.',
  },
  invalid_request_id: {
    ...never,
    http: 400,
    message: '`request_id` must be a string of at most 128 bytes or a safe integer.',
    remedy: 'Use a counter or a short random string.',
  },
  unknown_type: {
    ...never,
    http: 404,
    message: 'This server knows no such message type.',
    remedy: 'Compare with the messages of docs/protocol.md; `welcome` tells the protocol version.',
  },
  invalid_fields: {
    ...never,
    http: 400,
    message: 'A field is missing or has the wrong form.',
    remedy: 'Correct the fields that the message names.',
  },
  reserved_key: {
    ...never,
    http: 400,
    message: 'The keys __proto__, constructor and prototype are not allowed.',
    remedy: 'Rename the field; inside `data` any key is fine.',
  },
  unsupported_version: {
    ...never,
    http: 400,
    close: 'unsupported_client',
    message: 'This server does not speak that protocol version.',
    remedy: 'Update the client, or connect to a server of its version.',
  },
  protocol_violation: {
    ...never,
    level: 'info',
    http: 400,
    close: 'protocol_violation',
    message: 'The client keeps breaking the protocol.',
    remedy: 'Look at the earlier errors of this connection.',
  },
  // limits
  rate_limited: {
    retry: 'backoff',
    level: 'silent',
    http: 429,
    message: 'Too many messages.',
    remedy: 'Wait for retry_after_ms before the next one.',
  },
  frame_rate_exceeded: {
    retry: 'backoff',
    level: 'info',
    http: 429,
    close: 'rate_limited',
    message: 'Too many frames for too long.',
    remedy: 'Slow down; `welcome` tells the limits.',
  },
  events_lost: {
    retry: 'now',
    level: 'silent',
    http: 410,
    message: 'Events of a chat were removed before this connection had read them.',
    remedy: 'Load the chat again with get_messages. Clients that said `hello` get `gap` instead.',
  },
  slow_consumer: {
    retry: 'backoff',
    level: 'info',
    http: 503,
    close: 'slow_consumer',
    message: 'The client reads slower than it is sent to.',
    remedy: 'Reconnect and `sync`; read without pause, or subscribe to less.',
  },
  heartbeat_timeout: {
    retry: 'now',
    level: 'silent',
    http: 408,
    close: 'heartbeat_timeout',
    message: 'Two heartbeats went unanswered.',
    remedy: 'Reconnect. If it repeats, something between drops idle connections.',
  },
  connection_closed: {
    retry: 'now',
    level: 'silent',
    http: 409,
    message: 'The connection ended before this was done.',
    remedy: 'Connect and sign in again.',
  },
  overloaded: {
    ...backoff,
    http: 503,
    message: 'The server has more work queued than it accepts.',
    remedy: 'Wait for retry_after_ms and send the same request again with the same client_msg_id.',
  },
  session_limit: {
    ...never,
    http: 429,
    close: 'session_limit',
    message: 'This user has as many connections as the policy allows.',
    remedy: 'Close another connection, or change SESSION_POLICY.',
  },
  replaced: {
    ...never,
    http: 409,
    close: 'replaced',
    message: 'A newer connection of this user took over.',
    remedy: 'Nothing is wrong if you opened another one; SESSION_POLICY decides.',
  },
  subscription_limit: {
    ...never,
    http: 429,
    message: 'This connection has as many subscriptions as it may.',
    remedy: 'Unsubscribe from topics that are no longer shown.',
  },
  payload_too_large: {
    ...never,
    http: 413,
    close: 'too_big',
    message: 'The message is larger than this server accepts.',
    remedy: 'Send less at once; `welcome` tells the limits (PAYLOAD_MAX_BYTES).',
  },
  content_too_long: {
    ...never,
    http: 413,
    message: 'The content is longer than this server accepts.',
    remedy: 'Shorten it or send several messages; `welcome` tells the limit (CONTENT_MAX_BYTES).',
  },
  too_many_connections: {
    ...backoff,
    http: 503,
    close: 'overloaded',
    message: 'The server has as many connections without a signed-in user as it accepts.',
    remedy: 'Try again later. Behind a proxy set TRUSTED_PROXIES, so that each client counts by its own address.',
  },
  // the one port
  origin_not_allowed: {
    ...never,
    level: 'info',
    http: 403,
    message: 'Pages of this origin may not connect.',
    remedy: 'Add the origin, exactly as the browser sends it, to DOMAIN_URL.',
  },
  host_not_allowed: {
    ...never,
    level: 'info',
    http: 403,
    message: 'This server does not answer to that host name.',
    remedy: 'Add the name to ALLOWED_HOSTS, or its origin to DOMAIN_URL.',
  },
  handshake_invalid: {
    ...never,
    http: 400,
    message: 'The WebSocket handshake is not valid.',
    remedy: 'The message names the header that is wrong. A proxy in between must pass on Upgrade and Connection.',
  },
  websocket_version: {
    ...never,
    http: 426,
    message: 'Only WebSocket version 13 is spoken here.',
    remedy: 'Send Sec-WebSocket-Version: 13.',
  },
  upgrade_required: {
    ...never,
    http: 426,
    message: 'This address speaks WebSocket.',
    remedy: 'Connect with a WebSocket client. If you did, a proxy in between dropped the Upgrade header.',
  },
  handshake_timeout: {
    ...never,
    http: 408,
    message: 'The request did not arrive in time.',
    remedy: 'Send the whole request head at once.',
  },
  unrecognised_protocol: {
    ...never,
    http: 400,
    message: 'The first bytes are neither HTTP nor a JSON line.',
    remedy: 'Connect with HTTP, WebSocket, or newline-delimited JSON that begins with {.',
  },
  tls_on_plain_port: {
    ...never,
    level: 'info',
    http: 400,
    message: 'The client speaks TLS, but no certificate is configured here.',
    remedy: 'Use ws:// or http://, or set TLS_CERT and TLS_KEY.',
  },
  tls_required: {
    ...never,
    http: 403,
    message: 'This server wants TLS from that address.',
    remedy: 'Use wss:// or https://. TLS_PLAIN=allow lifts this.',
  },
  proxy_header_invalid: {
    ...never,
    level: 'warn',
    http: 400,
    message: 'The PROXY header is not valid or not from a trusted proxy.',
    remedy: "List the proxy's address in TRUSTED_PROXIES and have it send PROXY protocol version 1 or 2.",
  },
  not_found: {
    ...never,
    http: 404,
    message: 'There is nothing at this address.',
    remedy: 'WebSocket clients connect to /ws; docs/protocol.md lists the HTTP endpoints.',
  },
  method_not_allowed: {
    ...never,
    http: 405,
    message: 'This address does not take that method.',
    remedy: 'docs/protocol.md lists the HTTP endpoints.',
  },
  draining: {
    retry: 'backoff',
    level: 'silent',
    http: 503,
    close: 'restart',
    message: 'The server is shutting down.',
    remedy: 'Connect again in a moment.',
  },
  // chat
  chat_not_found: {
    ...never,
    http: 404,
    message: 'There is no such chat, or you are not in it.',
    remedy: 'List the chats with get_user_chats.',
  },
  user_not_found: {
    ...never,
    http: 404,
    message: 'There is no such user.',
    remedy:
      'Look the user up with find_users. Users of another issuer exist after their first connection, or after POST /v1/users.',
  },
  idempotency_conflict: {
    ...never,
    http: 409,
    message: 'This id was used before for something else.',
    remedy:
      'Make a new client_msg_id or client_op_id for each new request; send the same one only with the same content.',
  },
  group_full: {
    ...never,
    http: 409,
    message: 'The group has as many members as a group may.',
    remedy: 'Make another group.',
  },
  last_owner: {
    ...never,
    http: 409,
    message: 'A group needs an owner.',
    remedy: 'Make somebody else owner first (set_member_role).',
  },
  not_a_group: {
    ...never,
    http: 409,
    message: 'A direct chat always has the same two people.',
    remedy: 'Create a group with create_group.',
  },
  cursor_ahead: {
    ...never,
    http: 409,
    message: 'Your cursor is ahead of the log.',
    remedy: 'The server was restored from an older state: drop the cursors and load again (log_epoch changed).',
  },
  // topics
  invalid_topic: {
    ...never,
    http: 400,
    message: 'A topic is <namespace>:<name>, 1 to 255 printable bytes, of a configured namespace.',
    remedy: 'Use for example public:news.',
  },
  // the server's own
  storage_unavailable: {
    ...backoff,
    level: 'error',
    http: 503,
    message: 'The storage cannot write at the moment; nothing was acknowledged.',
    remedy:
      'Send the same request again with the same client_msg_id. Operators: look for a full, read-only or locked disk in the log.',
  },
  not_supported_yet: {
    ...fatal,
    http: 501,
    message: 'This setting asks for something that this version does not have.',
    remedy: 'Set STORAGE=embedded to run on the embedded storage and leave the setting to its owner.',
  },
  internal: {
    retry: 'backoff',
    level: 'error',
    http: 500,
    message: 'Something went wrong in the server.',
    remedy: 'Try again. The trace id leads an operator to the log line.',
  },
  // starting and operating
  config_invalid: {
    ...fatal,
    message: 'A setting has a value that it cannot have.',
    remedy: 'Correct the setting that the message names.',
  },
  config_unknown_key: {
    ...fatal,
    message: 'The configuration names a setting that does not exist.',
    remedy: 'Correct the name; the message tells the nearest one.',
  },
  config_file_unreadable: {
    ...fatal,
    message: 'The configuration file cannot be read.',
    remedy: 'Check the path, the permissions and the syntax that the message names.',
  },
  secret_weak: {
    ...fatal,
    message: 'A secret is empty, a sample or too short for production.',
    remedy: 'Add the line that the message prints, with the same secret on the issuing side.',
  },
  port_in_use: {
    ...fatal,
    message: 'Another program listens on this address.',
    remedy: 'Stop it, or choose another PORT.',
  },
  address_unavailable: {
    ...fatal,
    message: 'The server cannot listen on this address.',
    remedy: 'Check HOST and PORT, and that you may use that port.',
  },
  data_dir_unusable: {
    ...fatal,
    message: 'The data directory cannot be used.',
    remedy: 'Make DATA_DIR a directory that this user can write.',
  },
  data_dir_in_use: {
    ...fatal,
    message: 'Another Parley server uses this data directory.',
    remedy: 'Stop it, or choose another DATA_DIR.',
  },
  database_corrupt: {
    ...fatal,
    message: 'The database fails its integrity check.',
    remedy: 'Keep a copy of the data directory, then restore a backup.',
  },
  schema_too_new: {
    ...fatal,
    message: 'The database was written by a newer Parley.',
    remedy: 'Start that newer version, or restore the backup made before the upgrade.',
  },
  signing_key_invalid: {
    ...fatal,
    message: 'The signing key in the data directory cannot be read.',
    remedy: 'Restore signing-key.json from a backup, or remove it: a new one is made and everybody signs in again.',
  },
  tls_invalid: {
    ...fatal,
    message: 'The certificate and the key cannot be used.',
    remedy: 'Check TLS_CERT and TLS_KEY: PEM files that belong together.',
  },
  audit_broken: {
    ...fatal,
    message: 'The audit log does not verify.',
    remedy: 'Records were changed or removed outside Parley: compare with the checkpoints in your logs.',
  },
  server_not_running: {
    ...fatal,
    message: 'No server runs on this data directory.',
    remedy: 'Start it with `parley start`, or name its DATA_DIR.',
  },
  usage: {
    ...never,
    http: 400,
    message: 'The command was not understood.',
    remedy: '`parley <command> --help` shows what it takes.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** Codes that were sent once and may never be given another meaning. */
export const RETIRED_ERROR_CODES: readonly string[] = [];

/** The row of a code. */
export function errorRow(code: ErrorCode): ErrorRow {
  return ERRORS[code];
}

/** Whether a string is a code of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
