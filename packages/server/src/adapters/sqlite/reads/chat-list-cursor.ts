/** Where the next page of a list of chats continues. */
export interface ChatListCursor {
  /** Chats whose last event is older than this were not shown yet. */
  readonly belowGid: number;
  /** Chats whose last event is newer than this have moved since they were shown, or were never shown. */
  readonly sinceGid: number;
}

/** The cursor as clients carry it. */
export function formatChatListCursor({ belowGid, sinceGid }: ChatListCursor): string {
  return `${belowGid}.${sinceGid}`;
}

/** Reads a cursor that a client sent back; undefined when it is none. */
export function parseChatListCursor(text: string): ChatListCursor | undefined {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(text);
  const belowGid = Number(match?.[1]);
  const sinceGid = Number(match?.[2]);
  return Number.isSafeInteger(belowGid) && Number.isSafeInteger(sinceGid) ? { belowGid, sinceGid } : undefined;
}
