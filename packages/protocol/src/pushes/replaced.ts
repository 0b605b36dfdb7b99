import { z } from 'zod';
import { timestamp } from '../fields.ts';
import { definePush } from '../push.ts';

/** A newer connection of this user takes over; this one closes. */
export const replaced = definePush({
  type: 'replaced',
  class: 'control',
  payload: z.object({ by: z.string(), at: timestamp }),
});
