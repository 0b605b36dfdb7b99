import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { topicName } from '../fields.ts';

/** Publishes to a topic; every other subscriber gets an `event` push. */
export const publish = defineCommand({
  type: 'publish',
  rate: 'message',
  opaque: ['data'],
  fields: z.object({
    topic: topicName,
    data: z.unknown().refine((data) => data !== undefined, { error: 'is missing' }),
  }),
  payload: z.object({ topic: topicName, epoch: z.string(), offset: z.number().int() }),
});
