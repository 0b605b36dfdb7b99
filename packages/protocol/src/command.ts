import { z } from 'zod';

/** Who may send a command: anybody connected, or only a signed-in user. */
export type CommandAudience = 'anyone' | 'user';

/** Which message rate a command counts against, beside the frame rate that counts all. */
export type RateClass = 'none' | 'message';

/** One message that a client sends: its fields, what the reply carries, and who may send it. */
export interface CommandDefinition<
  Type extends string = string,
  Fields extends z.ZodType = z.ZodType,
  Payload extends z.ZodType = z.ZodType,
> {
  readonly type: Type;
  readonly audience: CommandAudience;
  readonly rate: RateClass;
  readonly fields: Fields;
  readonly payload: Payload;
  /** Fields whose whole content belongs to the user: reserved keys are allowed in them. */
  readonly opaque?: readonly string[];
}

/** The fields a handler gets, after validation. */
export type FieldsOf<C extends CommandDefinition> = z.output<C['fields']>;
/** The payload a handler owes. */
export type PayloadOf<C extends CommandDefinition> = z.input<C['payload']>;

/** Declares a command of signed-in users that counts against no message rate, unless said otherwise. */
export function defineCommand<Type extends string, Fields extends z.ZodType, Payload extends z.ZodType>(
  definition: Pick<CommandDefinition<Type, Fields, Payload>, 'type' | 'fields' | 'payload'> &
    Partial<Pick<CommandDefinition, 'audience' | 'rate' | 'opaque'>>,
): CommandDefinition<Type, Fields, Payload> {
  return { audience: 'user', rate: 'none', ...definition };
}

/** A command without fields of its own. */
export const noFields = z.object({});
/** A reply without content. */
export const emptyPayload = z.object({});
