import type { ErrorReply, RequestId } from '@parley/protocol';
import type { AppError } from '../kernel/app-error.ts';

/** Where each error code is explained; the code is the anchor. */
export const HELP_BASE_URL = 'https://parley.dev/errors#';

/** The frozen error shape of an AppError. Texts come from the catalogue or from our own sentences, never from foreign errors. */
export function errorReply(
  error: AppError,
  request?: { readonly type?: string | undefined; readonly requestId?: RequestId | undefined },
): ErrorReply {
  return {
    ...(request?.type === undefined ? undefined : { type: request.type }),
    status: 'error',
    message: error.message,
    ...(request?.requestId === undefined ? undefined : { request_id: request.requestId }),
    code: error.code,
    retry: error.row.retry,
    ...(error.retryAfterMs === undefined ? undefined : { retry_after_ms: error.retryAfterMs }),
    help: HELP_BASE_URL + error.code,
  };
}
