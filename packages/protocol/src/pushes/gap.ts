import { z } from 'zod';
import { chatId, topicName } from '../fields.ts';
import { definePush } from '../push.ts';

/** These positions will not be sent: `retention` removed them, or a `limit` was reached (page on with get_messages). */
export const gap = definePush({
  type: 'gap',
  class: 'control',
  payload: z.object({
    chat_id: chatId.optional(),
    topic: topicName.optional(),
    from: z.number().int(),
    to: z.number().int(),
    reason: z.enum(['retention', 'limit']),
  }),
});
