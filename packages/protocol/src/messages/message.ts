import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientMsgId, storedMessage } from '../fields.ts';

/** Sends a message; the reply comes after the commit. A retry with the same `client_msg_id` is answered with `duplicate`. Frozen. */
export const message = defineCommand({
  type: 'message',
  rate: 'message',
  fields: z.object({ chat_id: chatId, content: z.string().min(1), client_msg_id: clientMsgId.optional() }),
  payload: storedMessage.extend({ duplicate: z.boolean().optional() }),
});
