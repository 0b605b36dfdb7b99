import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientOpId, userId } from '../fields.ts';

/** Removes a member: owners remove anybody, admins remove members. Removing twice is success with `duplicate`. */
export const removeGroupMember = defineCommand({
  type: 'remove_group_member',
  rate: 'message',
  fields: z.object({ group_id: chatId, user_id: userId, client_op_id: clientOpId.optional() }),
  payload: z.object({
    group_id: chatId,
    user_id: userId,
    seq: z.number().int(),
    duplicate: z.boolean().optional(),
  }),
});
