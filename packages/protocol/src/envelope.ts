import type { Retry } from './errors.ts';

/** Matches a reply to its request within one connection; echoed as it came, never a dedup key. */
export type RequestId = string | number;

/** Longest `request_id` in UTF-8 bytes. */
export const REQUEST_ID_MAX_BYTES = 128;

/** Keys refused in protocol fields: they reach an object's prototype in careless code. */
export const RESERVED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Success: `type` is the command's, except that `hello` is answered by `welcome`. */
export interface Reply<Payload = unknown> {
  readonly type: string;
  readonly status: 'success';
  readonly request_id?: RequestId;
  readonly payload: Payload;
}

/** Failure of a command, or a control error that closes the connection. */
export interface ErrorReply {
  readonly type?: string;
  readonly status: 'error';
  readonly message: string;
  readonly request_id?: RequestId;
  readonly code: string;
  readonly retry: Retry;
  readonly retry_after_ms?: number;
  readonly help: string;
}

/** A message the server sends unasked. `chat_id`+`seq` and `topic`+`offset` place durable ones. */
export interface Push<Payload = unknown> {
  readonly type: string;
  readonly payload: Payload;
  readonly chat_id?: string;
  readonly seq?: number;
  readonly topic?: string;
  readonly offset?: number;
}
