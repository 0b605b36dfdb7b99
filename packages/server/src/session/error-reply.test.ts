import { ERRORS } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import { errorReply, HELP_BASE_URL } from './error-reply.ts';

describe('an error reply', () => {
  it('has the frozen fields, the code and when to try again, and nothing that is not known', () => {
    expect(errorReply(new AppError('chat_not_found'))).toEqual({
      status: 'error',
      message: ERRORS.chat_not_found.message,
      code: 'chat_not_found',
      retry: 'never',
      help: `${HELP_BASE_URL}chat_not_found`,
    });
  });

  it('echoes type and request id as they came, falsy ones too', () => {
    const error = new AppError('rate_limited', { retryAfterMs: 0 });
    expect(errorReply(error, { type: 'ping', requestId: 0 })).toMatchObject({
      type: 'ping',
      request_id: 0,
      retry_after_ms: 0,
    });
    expect(errorReply(error, { type: '', requestId: '' })).toMatchObject({ type: '', request_id: '' });
  });

  it('tells our own sentence, and never that of a foreign error or its details', () => {
    const secret = 'SELECT password FROM users';
    const foreign = AppError.from(new Error(secret));
    const detailed = new AppError('internal', { details: { secret }, cause: new Error(secret), remedy: secret });
    for (const error of [foreign, detailed]) {
      expect(JSON.stringify(errorReply(error))).not.toContain(secret);
      expect(errorReply(error)).toMatchObject({ code: 'internal', message: ERRORS.internal.message });
    }
  });
});
