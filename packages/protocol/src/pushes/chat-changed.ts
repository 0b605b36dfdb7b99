import { z } from 'zod';
import { timestamp, userId } from '../fields.ts';
import { definePush } from '../push.ts';

/** The chat was created (its first event) or renamed. */
export const chatChanged = definePush({
  type: 'chat:changed',
  class: 'durable',
  payload: z.object({
    change: z.enum(['created', 'renamed']),
    kind: z.enum(['direct', 'group']),
    name: z.string().nullable(),
    by: userId,
    timestamp,
  }),
});
