import { STATUS_CODES } from 'node:http';
import type { ErrorCode } from '@parley/protocol';
import type { AppError } from '../kernel/app-error.ts';
import { HELP_BASE_URL } from '../session/error-reply.ts';
import type { HandshakeStage } from '../session/handshake-counters.ts';

/** Name of the header by which an answer is known as Parley's own; what comes without it was answered by something else. */
export const IDENTITY_HEADER = 'x-parley';

/** Value of the identity header: how far the request came, what about it, and under which id the log has it. */
export function identityHeader(stage: HandshakeStage, code: ErrorCode | 'ok', traceId: string): string {
  return `stage=${stage}; code=${code}; trace=${traceId}`;
}

/** A problem (RFC 9457) with the fields of our error shape. */
export function problemOf(error: AppError, status: number, traceId: string): Readonly<Record<string, unknown>> {
  return {
    type: HELP_BASE_URL + error.code,
    title: error.row.message,
    status,
    detail: error.message,
    code: error.code,
    retry: error.row.retry,
    ...(error.retryAfterMs === undefined ? undefined : { retry_after_ms: error.retryAfterMs }),
    remedy: error.remedy,
    trace_id: traceId,
  };
}

/** A refusal as the bytes of a whole HTTP answer that ends the connection. */
export function encodeHttpRefusal(
  error: AppError,
  options: {
    readonly stage: HandshakeStage;
    readonly traceId: string;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Buffer {
  const status = options.status ?? error.row.http;
  const body = JSON.stringify(problemOf(error, status, options.traceId));
  const headers: Record<string, string> = {
    connection: 'close',
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    [IDENTITY_HEADER]: identityHeader(options.stage, error.code, options.traceId),
    ...(error.retryAfterMs === undefined ? undefined : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) }),
    ...options.headers,
  };
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  return Buffer.from(`${head}\r\n${body}`, 'utf8');
}
