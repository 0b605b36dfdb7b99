import { hasZodFastifySchemaValidationErrors } from '@fastify/type-provider-zod';
import { AppError } from '../../kernel/app-error.ts';

/** An error with the status that it should be answered with. */
export interface HttpFault {
  readonly error: AppError;
  readonly status: number;
}

/** Turns whatever a route, the validator or the framework threw into an error of the catalogue, once. */
export function toAppError(thrown: unknown): HttpFault {
  const error = hasZodFastifySchemaValidationErrors(thrown)
    ? invalidFields(thrown.validation, thrown.validationContext)
    : (fromFramework(thrown) ?? AppError.from(thrown));
  return { error, status: codeOf(thrown) === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 415 : error.row.http };
}

/** Names the fields that are wrong and why, without repeating any value. */
function invalidFields(
  issues: readonly { readonly instancePath: string; readonly message?: string | undefined }[],
  place: string | undefined,
): AppError {
  const sentences = issues.slice(0, 5).map(({ instancePath, message }) => {
    const field = instancePath.slice(1).replaceAll('/', '.');
    return `${field === '' ? (place ?? 'body') : field}: ${message ?? 'has the wrong form'}`;
  });
  return new AppError('invalid_fields', { message: `${sentences.join('; ')}.` });
}

/** Errors of fastify and Node about requests, by their codes; messages repeat what the client sent, so none is passed on. */
function fromFramework(thrown: unknown): AppError | undefined {
  switch (codeOf(thrown)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('payload_too_large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('invalid_json', {
        message: 'The body must be JSON, and say so.',
        remedy: 'Send Content-Type: application/json.',
      });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('invalid_json', {
        message: 'The body is not JSON.',
        remedy: 'Send one JSON object as UTF-8, and its length in Content-Length.',
      });
    // the client went away, or was cut off by a deadline, before the body was there
    case 'ECONNRESET':
      return new AppError('handshake_timeout');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('not_found');
    default:
      return undefined;
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
