import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientOpId, memberRole, userId } from '../fields.ts';

/** Gives a member another role (owners only). The last owner stays one. */
export const setMemberRole = defineCommand({
  type: 'set_member_role',
  rate: 'message',
  fields: z.object({ group_id: chatId, user_id: userId, role: memberRole, client_op_id: clientOpId.optional() }),
  payload: z.object({
    group_id: chatId,
    user_id: userId,
    role: memberRole,
    seq: z.number().int(),
    duplicate: z.boolean().optional(),
  }),
});
