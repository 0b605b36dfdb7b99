import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { topicName } from '../fields.ts';

/** Ends a subscription; ending one that is not there is success. */
export const unsubscribe = defineCommand({
  type: 'unsubscribe',
  fields: z.object({ topic: topicName }),
  payload: z.object({ topic: topicName }),
});
