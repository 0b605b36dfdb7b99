import { z } from 'zod';
import { definePush } from '../push.ts';

/** The server restarts: come back after `after_ms` plus a random part of `spread_ms`. */
export const reconnect = definePush({
  type: 'reconnect',
  class: 'control',
  payload: z.object({ after_ms: z.number().int(), spread_ms: z.number().int() }),
});
