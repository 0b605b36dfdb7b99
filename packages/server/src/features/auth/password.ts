import { AppError } from '../../kernel/app-error.ts';
import { createId } from '../../kernel/ids.ts';

const MIN_CHARS = 10;
const MAX_CHARS = 256;

/** @throws AppError `password_weak` unless it has 10 to 256 characters */
export function assertPassword(password: string): void {
  const length = [...password].length;
  if (length < MIN_CHARS || length > MAX_CHARS) throw new AppError('password_weak');
}

/** What is hashed of a password: Unicode form NFC, because keyboards differ in how they compose (RFC 8265 section 4.2). */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** A new password that can be read aloud and typed: four groups of five letters without look-alikes, 100 random bits. */
export function generatePassword(): string {
  const letters = createId('').slice(1);
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5)).join('-');
}
