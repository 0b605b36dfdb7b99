import type { COMMANDS, CommandDefinition, CommandType, FieldsOf, PayloadOf } from '@parley/protocol';
import type { Outgoing } from './outgoing.ts';

/** The signed-in user of a connection. */
export interface Identity {
  readonly userId: string;
  /** The session its token belongs to; tokens of other issuers have none. */
  readonly sessionId: string | undefined;
  readonly tokenId: string | undefined;
  /** Name of the configured issuer; `parley` for our own. */
  readonly issuer: string;
  readonly roles: readonly string[];
  readonly caps: unknown;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** What a handler knows of, and may ask of, the connection that sent a command. */
export interface Caller {
  readonly connectionId: string;
  /** Undefined until the connection is authenticated; commands for `user` never see that. */
  readonly identity: Identity | undefined;
  /** Where it came from, after trusted proxies. */
  readonly remoteAddress: string;
  readonly saidHello: boolean;
  /** Turns on everything beyond the frozen push types. */
  acceptHello(): void;
  /** Makes this the connection of that user, or refreshes it in place. @throws AppError `auth_user_mismatch`, `session_limit` */
  authenticate(identity: Identity): void;
  /** Sends a push to this connection only. */
  push(push: Outgoing): void;
  /** Joins or leaves a topic. @throws AppError `subscription_limit` */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /**
   * Registers a catch-up: live events of these chats wait from now on. The returned function, which must be called once,
   * replays each chat from its cursor to its head and pushes one `caught_up` at the end; chats without a head go on as
   * before.
   */
  registerCatchUp(targets: readonly CatchUpTarget[]): CatchUpStart;
}

/** One chat of a `sync`. */
export interface CatchUpTarget {
  readonly chatId: string;
  readonly afterSeq: number;
}

/** Starts a registered catch-up, now that the heads are known; without them it comes to nothing, `caught_up` included. */
export type CatchUpStart = (heads: ReadonlyMap<string, number> | undefined) => void;

/** Answers one command. Expected failures are thrown as AppError. A synchronous answer costs no promise. */
export type CommandHandler<C extends CommandDefinition = CommandDefinition> = (
  caller: Caller,
  fields: FieldsOf<C>,
) => PayloadOf<C> | Promise<PayloadOf<C>>;

/** The identity of a caller whose command is for signed-in users only. */
export function identityOf(caller: Caller): Identity {
  if (caller.identity === undefined) throw new Error('A command for signed-in users ran without an identity.');
  return caller.identity;
}

/** The handlers of one feature, by command type. */
export type CommandHandlers = { readonly [T in CommandType]?: CommandHandler<(typeof COMMANDS)[T]> };
