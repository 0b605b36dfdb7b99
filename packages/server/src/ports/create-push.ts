import { PUSHES, type PushType } from '@parley/protocol';
import type { z } from 'zod';
import { Outgoing } from './outgoing.ts';

/** Where a push stands: in a chat's log or in a topic. */
export interface PushPlace {
  readonly chat_id?: string;
  readonly seq?: number;
  readonly topic?: string;
  readonly offset?: number;
}

/** A push of the catalogue, with the class and the audience that the catalogue gives it. */
export function createPush<T extends PushType>(
  type: T,
  payload: z.input<(typeof PUSHES)[T]['payload']>,
  place: PushPlace = {},
): Outgoing {
  const { class: pushClass, isFrozen } = PUSHES[type];
  return new Outgoing({ type, payload, ...place }, { class: pushClass, isFrozen });
}
