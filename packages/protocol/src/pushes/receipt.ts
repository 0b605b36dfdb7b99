import { z } from 'zod';
import { chatId, seq, timestamp, userId } from '../fields.ts';
import { definePush } from '../push.ts';

/** How far a member has read and received. Latest wins. */
export const receipt = definePush({
  type: 'receipt',
  class: 'ephemeral',
  payload: z.object({ chat_id: chatId, user_id: userId, read_seq: seq, delivered_seq: seq, at: timestamp }),
});
