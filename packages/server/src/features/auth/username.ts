import { AppError } from '../../kernel/app-error.ts';

const MAX_CHARS = 64;
/** Printable characters, with single spaces between them: nothing invisible in which two names could differ. */
const FORM = /^[^\p{C}\p{Z}]+(?: [^\p{C}\p{Z}]+)*$/u;

/**
 * Checks a user name and returns it as it is stored: in Unicode form NFKC, so that look-alikes of one letter (full width,
 * ligatures, composed and decomposed) are one name.
 * @throws AppError `invalid_fields`
 */
export function parseUsername(input: string): string {
  const username = input.normalize('NFKC');
  if ([...username].length <= MAX_CHARS && FORM.test(username)) return username;
  throw new AppError('invalid_fields', {
    message: 'username: 1 to 64 printable characters, without control characters, with single spaces inside only.',
  });
}

/** What is compared of a user name that somebody typed: NFKC and lower case. Never throws. */
export function usernameKey(input: string): string {
  return input.normalize('NFKC').toLowerCase();
}
