import type { Push, PushType } from '@parley/protocol';
import type { ClientError } from './client-error.ts';
import type { PushPayload, Session } from './commands.ts';
import type { Ending, Frame } from './link.ts';

/** What the client is doing. */
export type ClientState =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  /** Signed in, and everything missed is on its way. */
  | { readonly name: 'online' }
  /** Between two attempts. */
  | { readonly name: 'waiting'; readonly retryInMs: number; readonly error: ClientError }
  /** Over, until connect() or login() is called. */
  | { readonly name: 'stopped'; readonly error: ClientError };

/** These positions of a chat or topic will not come. `absent`: the user was not in the chat meanwhile. */
export interface Gap {
  readonly chat_id?: string | undefined;
  readonly topic?: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly reason: PushPayload<'gap'>['reason'] | 'absent';
}

/** What was known of a chat, or of all, is void: load it anew. */
export interface Reset {
  /** Undefined: all chats. */
  readonly chatId: string | undefined;
  /** `log_epoch`: the server's log was replaced; `chat_not_found`: the user is in it no more. */
  readonly reason: 'log_epoch' | 'chat_not_found' | 'cursor_ahead';
}

/** Arguments of the listeners of each push. The second is the push as it came, with its place in a log. */
type PushEvents = { readonly [T in Exclude<PushType, 'gap'>]: [payload: PushPayload<T>, push: Push<PushPayload<T>>] };

/**
 * What a client tells. Of the pushes, those of a chat's log come in the order of its `seq`, each once, the user's own
 * messages included; what cannot come is told by `gap`.
 */
export interface ClientEvents extends PushEvents {
  gap: [gap: Gap];
  reset: [reset: Reset];
  state: [state: ClientState];
  /** A connection ended. */
  close: [ending: Ending];
  /** The server told a fault that is no answer to a request, mostly why it is about to close. */
  error: [error: ClientError];
  /** The session changed: keep this one, and forget the one before. Undefined: signed out. */
  session: [session: Session | undefined];
  /** A raw message, for logs. It may hold passwords and tokens. */
  frame: [frame: Frame];
}
