import type { COMMANDS, CommandType, FieldsOf, PayloadOf, PUSHES, PushType } from '@parley/protocol';

/** Fields of a command. */
export type FieldsFor<T extends CommandType> = FieldsOf<(typeof COMMANDS)[T]>;
/** What the reply to a command carries. */
export type PayloadFor<T extends CommandType> = PayloadOf<(typeof COMMANDS)[T]>;
/** What a push carries. */
export type PushPayload<T extends PushType> = (typeof PUSHES)[T]['payload']['_zod']['output'];

/** Commands that the client sends by itself, at the right time. */
type OwnCommand = 'hello' | 'auth' | 'login' | 'refresh' | 'sync' | 'subscribe' | 'unsubscribe';
/** Commands for {@link Client.request}. */
export type RequestType = Exclude<CommandType, OwnCommand>;

/** What a sign-in gives. The refresh token is a secret that lives long: keep it in memory, or as short as you can. */
export type Session = PayloadFor<'login'>;
/** The signed-in user. */
export type User = Session['user'];
/** What the server tells of itself on each connection. */
export type Welcome = PayloadFor<'hello'>;
