import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientOpId } from '../fields.ts';

/** Leaves a group. The last owner makes somebody else owner first, unless nobody else is left. */
export const leaveGroup = defineCommand({
  type: 'leave_group',
  rate: 'message',
  fields: z.object({ group_id: chatId, client_op_id: clientOpId.optional() }),
  payload: z.object({ group_id: chatId, seq: z.number().int(), duplicate: z.boolean().optional() }),
});
