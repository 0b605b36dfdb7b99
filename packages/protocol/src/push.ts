import type { z } from 'zod';

/**
 * What may happen to a push when its reader is slow. `durable`: never lost, re-read from the log;
 * `ephemeral`: dropped first; `control`: always sent.
 */
export type PushClass = 'durable' | 'ephemeral' | 'control';

/** One message that the server sends unasked. */
export interface PushDefinition<Type extends string = string, Payload extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly class: PushClass;
  /** Whether a client gets it without having said `hello`. */
  readonly isFrozen: boolean;
  readonly payload: Payload;
}

/** Declares a push that only clients that said `hello` get, unless said otherwise. */
export function definePush<Type extends string, Payload extends z.ZodType>(
  definition: Pick<PushDefinition<Type, Payload>, 'type' | 'class' | 'payload'> & { readonly isFrozen?: boolean },
): PushDefinition<Type, Payload> {
  return { isFrozen: false, ...definition };
}
