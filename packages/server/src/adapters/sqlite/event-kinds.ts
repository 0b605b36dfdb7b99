import type { EventKind } from '../../ports/chat-log.ts';

/** Kinds of events as the table holds them. */
export const EVENT_KINDS = { message: 1, chat: 2, member: 3 } as const satisfies Record<EventKind, number>;
