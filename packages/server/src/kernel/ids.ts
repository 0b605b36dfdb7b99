import { randomFillSync } from 'node:crypto';

/** 32 letters without look-alikes; each carries 5 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const POOL_BYTES = 4096;

let pool = Buffer.alloc(0);
let poolOffset = 0;

/** `<prefix>_` and 20 random letters: 100 bits, so that ids neither collide nor can be guessed. */
export function createId(prefix: string): string {
  if (poolOffset + 20 > pool.length) {
    pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
    poolOffset = 0;
  }
  let id = `${prefix}_`;
  for (let end = poolOffset + 20; poolOffset < end; poolOffset++) id += ALPHABET[(pool[poolOffset] as number) & 31];
  return id;
}
