/** A chat whose members are known. */
interface CachedChat {
  memberIds: readonly string[];
  /** Sends under way that rely on it; it is not dropped meanwhile. */
  users: number;
}

/**
 * Who is in which chat, for fan-out. Entries come from the transaction that read or changed them, so they are never
 * older than the event they are used for. Bounded by the number of members it holds; the least recently used goes first.
 */
export class MemberCache {
  readonly #chats = new Map<string, CachedChat>();
  readonly #maxMembers: number;
  #members = 0;

  constructor(maxMembers: number) {
    this.#maxMembers = maxMembers;
  }

  /** Keeps a chat's entry until `release`. False when there is none. */
  retain(chatId: string): boolean {
    const chat = this.#chats.get(chatId);
    if (chat === undefined) return false;
    chat.users++;
    // last in the map is most recently used
    this.#chats.delete(chatId);
    this.#chats.set(chatId, chat);
    return true;
  }

  /** Ends a `retain`. */
  release(chatId: string): void {
    const chat = this.#chats.get(chatId);
    if (chat !== undefined && chat.users > 0) chat.users--;
  }

  /** The members as last told; undefined when unknown. */
  get(chatId: string): readonly string[] | undefined {
    return this.#chats.get(chatId)?.memberIds;
  }

  /** Tells the members as a transaction saw or left them. */
  set(chatId: string, memberIds: readonly string[]): void {
    const chat = this.#chats.get(chatId);
    this.#members += memberIds.length - (chat?.memberIds.length ?? 0);
    if (chat === undefined) this.#chats.set(chatId, { memberIds, users: 0 });
    else chat.memberIds = memberIds;
    this.#evict();
  }

  #evict(): void {
    for (const [chatId, chat] of this.#chats) {
      if (this.#members <= this.#maxMembers) return;
      if (chat.users > 0) continue;
      this.#members -= chat.memberIds.length;
      this.#chats.delete(chatId);
    }
  }
}
