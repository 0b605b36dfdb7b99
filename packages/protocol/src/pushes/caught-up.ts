import { z } from 'zod';
import { seq } from '../fields.ts';
import { definePush } from '../push.ts';

/** Everything up to these heads was sent, or told as `gap`. Once per `sync`. */
export const caughtUp = definePush({
  type: 'caught_up',
  class: 'control',
  payload: z.object({ heads: z.record(z.string(), seq) }),
});
