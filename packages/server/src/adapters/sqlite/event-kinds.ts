/** Kinds of events as the table holds them. */
export const EVENT_KINDS = { message: 1, chat: 2, member: 3 } as const;
