import { z } from 'zod';
import { definePush } from '../push.ts';

/** An event this reader may not see, or newer than its client: keeps `seq` without holes. */
export const eventHidden = definePush({ type: 'event:hidden', class: 'durable', payload: z.object({}) });
