import type { PushDefinition } from './push.ts';
import { authExpiring } from './pushes/auth-expiring.ts';
import { caughtUp } from './pushes/caught-up.ts';
import { chatChanged } from './pushes/chat-changed.ts';
import { event } from './pushes/event.ts';
import { eventHidden } from './pushes/event-hidden.ts';
import { gap } from './pushes/gap.ts';
import { memberChanged } from './pushes/member-changed.ts';
import { messageNew } from './pushes/message-new.ts';
import { receipt } from './pushes/receipt.ts';
import { reconnect } from './pushes/reconnect.ts';
import { replaced } from './pushes/replaced.ts';

/** Every message the server sends unasked, by `type`; replies and errors have the forms of `envelope.ts`. */
export const PUSHES = {
  'message:new': messageNew,
  'member:changed': memberChanged,
  'chat:changed': chatChanged,
  'event:hidden': eventHidden,
  receipt,
  gap,
  caught_up: caughtUp,
  event,
  'auth:expiring': authExpiring,
  replaced,
  reconnect,
} as const satisfies Record<string, PushDefinition>;

export type PushType = keyof typeof PUSHES;
