import type { CloseAdvice } from '@parley/protocol';

/** Codes outside of 4000-4999 after which connecting again cannot help: the fault is this client's. */
const STAY_AWAY: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);
/** Codes about the token. */
const NEW_TOKEN: ReadonlySet<number> = new Set([4001, 4500, 4501]);

/**
 * What a close code asks for. 4000-4499 means connect again and 4500-4999 do not, whatever the code; so codes that are
 * younger than this client are understood too.
 */
export function closeAdvice(code: number): CloseAdvice {
  if (code === 1000) return 'done';
  if (NEW_TOKEN.has(code)) return 'new-token';
  return code >= 4500 || STAY_AWAY.has(code) ? 'stay-away' : 'reconnect';
}
