import { randomFillSync } from 'node:crypto';

/** 32 letters without look-alikes; each carries 5 bits. */
const ALPHABET = Buffer.from('0123456789abcdefghjkmnpqrstvwxyz', 'latin1');
const RANDOM_LETTERS = 20;
const POOL_BYTES = 4096;

const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
const scratch = Buffer.allocUnsafeSlow(64);
let poolOffset = POOL_BYTES;

/**
 * `<prefix>_` and 20 random letters: 100 bits, so that ids neither collide nor can be guessed. Prefixes are short
 * ASCII. Written as bytes first: a string put together from letters would keep twenty pieces alive with each id.
 */
export function createId(prefix: string): string {
  if (poolOffset + RANDOM_LETTERS > POOL_BYTES) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let at = scratch.write(`${prefix}_`, 'latin1');
  for (let left = RANDOM_LETTERS; left > 0; left--)
    scratch[at++] = ALPHABET[(pool[poolOffset++] as number) & 31] as number;
  return scratch.toString('latin1', 0, at);
}
