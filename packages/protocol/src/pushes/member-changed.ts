import { z } from 'zod';
import { memberRole, timestamp, userId } from '../fields.ts';
import { definePush } from '../push.ts';

/** Somebody joined, left, was removed, or got another role. */
export const memberChanged = definePush({
  type: 'member:changed',
  class: 'durable',
  payload: z.object({
    change: z.enum(['joined', 'left', 'removed', 'role']),
    user_id: userId,
    role: memberRole.nullable(),
    by: userId,
    timestamp,
  }),
});
