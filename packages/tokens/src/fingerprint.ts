import { createHmac } from 'node:crypto';

const MIN_BYTES = 32;
const LABEL = 'parley key fingerprint v1';

/**
 * Eight hexadecimal digits that let two hosts compare a key without showing it: the beginning of
 * HMAC-SHA256(key, 'parley key fingerprint v1'). `undefined` for keys under 32 bytes, which could be guessed from it.
 */
export function fingerprint(key: Uint8Array): string | undefined {
  return key.length < MIN_BYTES ? undefined : createHmac('sha256', key).update(LABEL).digest('hex').slice(0, 8);
}

/**
 * What may be printed of a secret: its {@link fingerprint}, or `set, N characters` for a short one (N counts bytes
 * where they are no UTF-8 text).
 */
export function describeSecret(key: Uint8Array): string {
  return fingerprint(key) ?? `set, ${countCharacters(key)} characters`;
}

function countCharacters(key: Uint8Array): number {
  try {
    return [...new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key)].length;
  } catch {
    return key.length;
  }
}
