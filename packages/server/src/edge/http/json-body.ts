import { RESERVED_KEYS } from '@parley/protocol';
import { AppError } from '../../kernel/app-error.ts';

/**
 * Parses the body of a request; an empty one is none. Reserved keys are refused among the fields; what is inside of
 * `data` belongs to the user, and schemas drop what they do not know.
 * @throws AppError `invalid_json`, `invalid_message`, `reserved_key`
 */
export function parseJsonBody(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === '') return undefined;
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('invalid_message', {
      message: 'The body is not a JSON object.',
      remedy: 'Send {...fields}.',
    });
  }
  if (Object.keys(value).some((key) => RESERVED_KEYS.includes(key))) throw new AppError('reserved_key');
  return value as Readonly<Record<string, unknown>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('invalid_json', { message: 'The body is not JSON.', remedy: 'Send one JSON object as UTF-8.' });
  }
}
