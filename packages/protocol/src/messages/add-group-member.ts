import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientOpId, memberRole, userId } from '../fields.ts';

/** Adds a member (owner or admin of the group only). Adding twice is success with `duplicate`. Frozen. */
export const addGroupMember = defineCommand({
  type: 'add_group_member',
  rate: 'message',
  fields: z.object({ group_id: chatId, user_id: userId, client_op_id: clientOpId.optional() }),
  payload: z.object({
    group_id: chatId,
    user_id: userId,
    role: memberRole,
    seq: z.number().int(),
    duplicate: z.boolean().optional(),
  }),
});
