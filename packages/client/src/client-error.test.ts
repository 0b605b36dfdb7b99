import { ERRORS } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { ClientError, type LocalErrorCode, localError, toClientError } from './client-error.ts';

const LOCAL_CODES: readonly LocalErrorCode[] = [
  'already_connected',
  'client_closed',
  'connect_failed',
  'connect_timeout',
  'connection_lost',
  'not_connected',
  'outbox_full',
  'request_timeout',
  'signed_out',
  'token_unavailable',
  'user_changed',
];

describe('ClientError', () => {
  it.each(LOCAL_CODES)('does not use the code %s for anything the server means', (code) => {
    expect(Object.keys(ERRORS)).not.toContain(code);
    expect(localError(code)).toMatchObject({ code, message: expect.stringMatching(/\.$/), help: undefined });
  });

  it('carries everything that an error reply says', () => {
    const error = ClientError.fromReply({
      status: 'error',
      code: 'rate_limited',
      message: 'Too many messages.',
      retry: 'backoff',
      retry_after_ms: 250,
      help: 'https://help',
    });
    const { code, message, retry, retryAfterMs, help } = error;
    expect({ code, message, retry, retryAfterMs, help }).toEqual({
      code: 'rate_limited',
      message: 'Too many messages.',
      retry: 'backoff',
      retryAfterMs: 250,
      help: 'https://help',
    });
  });

  it('wraps what others throw', () => {
    const cause = new Error('no such host');
    expect(toClientError(cause)).toMatchObject({ code: 'connection_lost', cause });
  });
});
