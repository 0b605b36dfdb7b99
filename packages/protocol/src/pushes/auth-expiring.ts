import { z } from 'zod';
import { timestamp } from '../fields.ts';
import { definePush } from '../push.ts';

/** The token ends soon: send `auth` with a new one. */
export const authExpiring = definePush({
  type: 'auth:expiring',
  class: 'control',
  payload: z.object({ expires_at: timestamp }),
});
