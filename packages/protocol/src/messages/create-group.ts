import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatSummary, clientOpId, userId } from '../fields.ts';

/** Makes a group that the caller owns. Unknown members: `user_not_found`, listing them. Frozen. */
export const createGroup = defineCommand({
  type: 'create_group',
  rate: 'message',
  fields: z.object({
    group_name: z.string().trim().min(1).max(128),
    member_ids: z.array(userId).max(1000),
    client_op_id: clientOpId.optional(),
  }),
  payload: chatSummary.extend({ seq: z.number().int(), duplicate: z.boolean().optional() }),
});
