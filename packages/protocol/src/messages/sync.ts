import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientMsgId, seq } from '../fields.ts';

/**
 * Catches up from the client's cursors: the reply tells the fixed heads and the fate of each pending send, then the
 * events after each cursor follow, then one `caught_up`.
 */
export const sync = defineCommand({
  type: 'sync',
  rate: 'message',
  fields: z.object({
    chats: z
      .array(z.tuple([chatId, seq]))
      .max(1000)
      .optional(),
    pending: z.array(clientMsgId).max(1000).optional(),
  }),
  payload: z.object({
    heads: z.record(z.string(), seq),
    refused: z.array(z.object({ chat_id: chatId, code: z.enum(['chat_not_found', 'cursor_ahead']) })),
    pending: z.array(
      z.union([
        z.object({ client_msg_id: clientMsgId, status: z.literal('accepted'), chat_id: chatId, seq, id: z.string() }),
        z.object({ client_msg_id: clientMsgId, status: z.literal('unknown') }),
      ]),
    ),
  }),
});
