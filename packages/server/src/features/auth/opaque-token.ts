import { hash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
/** 32 bytes in base64url without padding. */
const SECRET_FORM = /^[A-Za-z0-9_-]{43}$/;

/** A new secret of 256 random bits behind a prefix that says what it is for. */
export function createOpaqueToken(prefix: string): string {
  return prefix + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether a text has the form of `createOpaqueToken(prefix)`; only then is it worth a look into the store. */
export function hasOpaqueForm(prefix: string, text: string): boolean {
  return text.startsWith(prefix) && SECRET_FORM.test(text.slice(prefix.length));
}

/** What is stored in place of an opaque token: hex SHA-256. No salt is needed over 256 random bits. */
export function hashOpaqueToken(token: string): string {
  return hash('sha256', token, 'hex');
}
