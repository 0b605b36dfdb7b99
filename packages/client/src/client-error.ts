import type { ErrorReply, Retry } from '@parley/protocol';

/** Faults that the client itself finds; every other code comes from the server's catalogue. */
export type LocalErrorCode =
  | 'already_connected'
  | 'client_closed'
  | 'connect_failed'
  | 'connect_timeout'
  | 'connection_lost'
  | 'not_connected'
  | 'outbox_full'
  | 'request_timeout'
  | 'signed_out'
  | 'token_unavailable'
  | 'user_changed';

/** What is known of a fault besides its code and message. */
export interface ClientErrorDetails {
  readonly retryAfterMs?: number | undefined;
  /** Address that explains the code. */
  readonly help?: string | undefined;
  readonly cause?: unknown;
}

/** Everything that goes wrong with a client or with one of its requests. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** A code of the server's error catalogue, or a {@link LocalErrorCode}. */
  readonly code: string;
  /** When the same may be tried again. */
  readonly retry: Retry;
  /** How long to wait before that; undefined when the server did not say. */
  readonly retryAfterMs: number | undefined;
  /** Address that explains the code; undefined when the fault was found by the client. */
  readonly help: string | undefined;

  constructor(code: string, message: string, retry: Retry, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retry = retry;
    this.retryAfterMs = details.retryAfterMs;
    this.help = details.help;
  }

  /** The error that an error reply tells. */
  static fromReply(reply: ErrorReply): ClientError {
    const { code, message, retry, retry_after_ms: retryAfterMs, help } = reply;
    return new ClientError(code, message, retry, { retryAfterMs, help });
  }
}

const LOCAL_ERRORS: Readonly<Record<LocalErrorCode, readonly [retry: Retry, message: string]>> = {
  already_connected: ['never', 'The client is connected already. Call close() before another login().'],
  client_closed: ['never', 'The client was closed. Create another one, or call connect() again.'],
  connect_failed: ['backoff', 'The server cannot be reached, or does not let this client connect.'],
  connect_timeout: ['backoff', 'The server did not answer in time. Check the address, and what stands in between.'],
  connection_lost: ['backoff', 'The connection ended before the answer came; the outcome is unknown.'],
  not_connected: ['backoff', 'There is no connection. Wait for the state "online", or use send(), which waits.'],
  outbox_full: ['backoff', 'Too many messages wait to be sent. Wait until some of them are settled.'],
  request_timeout: ['backoff', 'The server did not answer the request in time; the outcome is unknown.'],
  signed_out: ['never', 'There is no token. Call login(), or give the client a token, getToken or a session.'],
  token_unavailable: ['backoff', 'getToken() failed. Look at the cause of this error.'],
  user_changed: ['never', 'The new token belongs to another user. Create another client for another user.'],
};

/** An error that the client found itself. */
export function localError(code: LocalErrorCode, cause?: unknown): ClientError {
  const [retry, message] = LOCAL_ERRORS[code];
  return new ClientError(code, message, retry, { cause });
}

/** Whatever was thrown, as a ClientError. */
export function toClientError(thrown: unknown): ClientError {
  return thrown instanceof ClientError ? thrown : localError('connection_lost', thrown);
}
