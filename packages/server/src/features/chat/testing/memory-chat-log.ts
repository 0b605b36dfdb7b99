import { AppError } from '../../../kernel/app-error.ts';
import type {
  ChatHead,
  ChatLog,
  EventPage,
  GroupChange,
  ListedChat,
  LogEvent,
  MessagePage,
  MessagePageQuery,
  MessageSend,
  Rejected,
  SendFate,
} from '../../../ports/chat-log.ts';
import type { MemoryChat } from './memory-chat.ts';
import { MemoryChats, rejected } from './memory-chat-writes.ts';

/**
 * A ChatLog for tests; the port's contract suite examines it. Like the real one it commits what came in a turn of the
 * event loop together, and settles all of it at once; `hold` keeps it from doing so.
 */
export class MemoryChatLog implements ChatLog {
  readonly durability = 'fsync';
  readonly epoch = 'epoch-1';
  readonly chats = new MemoryChats();
  /** Calls by name, in order. */
  readonly calls: string[] = [];
  /** While set, every call fails with it. */
  failure: AppError | undefined = undefined;
  #waiting: (() => void)[] = [];
  #isHeld = false;

  constructor(userIds: readonly string[] = []) {
    for (const id of userIds) this.chats.userNames.set(id, `Name of ${id}`);
  }

  /** The chat of that id. */
  chat(chatId: string): MemoryChat {
    const chat = this.chats.byId.get(chatId);
    if (chat === undefined) throw new Error(`There is no chat ${chatId}.`);
    return chat;
  }

  /** Keeps calls waiting until `commit`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Does everything that waits, in order, as one commit: all promises settle together. */
  commit(): void {
    this.#isHeld = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle();
  }

  append = (send: MessageSend) => this.#call('append', () => this.chats.append(send));

  createGroup = (group: Parameters<ChatLog['createGroup']>[0]) =>
    this.#call('createGroup', () => this.chats.createGroup(group));

  openDirect = (pair: Parameters<ChatLog['openDirect']>[0]) =>
    this.#call('openDirect', () => this.chats.openDirect(pair));

  changeGroup = (change: GroupChange, { maxMembers }: { readonly maxMembers: number }) =>
    this.#call('changeGroup', () => this.chats.changeGroup(change, maxMembers));

  moveCursor = (move: Parameters<ChatLog['moveCursor']>[0]): ReturnType<ChatLog['moveCursor']> =>
    this.#call('moveCursor', () => {
      const chat = this.chats.byId.get(move.chatId);
      const member = chat?.present(move.userId);
      return chat === undefined || member === undefined
        ? rejected('chat_not_found')
        : chat.moveCursor(member, move, this.chats.nowMs);
    });

  memberIds = (chatId: string): Promise<readonly string[]> =>
    this.#call('memberIds', () => this.chats.byId.get(chatId)?.memberIds ?? []);

  listChats = (query: Parameters<ChatLog['listChats']>[0]): ReturnType<ChatLog['listChats']> =>
    this.#call('listChats', () => this.#listChats(query));

  findChat = (chatId: string, userId: string): Promise<ListedChat | undefined> =>
    this.#call('findChat', () => {
      const chat = this.chats.byId.get(chatId);
      return chat?.present(userId) === undefined ? undefined : this.#list(chat, userId);
    });

  listMessages = (query: MessagePageQuery): Promise<MessagePage | Rejected> =>
    this.#call('listMessages', () => this.#listMessages(query));

  eventsAfter = (query: Parameters<ChatLog['eventsAfter']>[0]): Promise<EventPage> =>
    this.#call('eventsAfter', () => {
      const chat = this.chats.byId.get(query.chatId);
      if (chat?.members.has(query.userId) !== true) return { events: [], floorSeq: 0 };
      const visible = chat.visibleTo(query.userId, query.afterSeq + 1).slice(0, query.limit);
      return { events: withinBytes(visible, query.maxBytes), floorSeq: chat.floorSeq };
    });

  heads = (userId: string, chatIds?: readonly string[]): Promise<readonly ChatHead[]> =>
    this.#call('heads', () => {
      const present = [...this.chats.byId.values()].filter((chat) => chat.present(userId) !== undefined);
      return (chatIds ?? present.map(({ id }) => id)).flatMap((chatId) => {
        const chat = this.chats.byId.get(chatId);
        const member = chat?.members.get(userId);
        return chat === undefined || member === undefined ? [] : [{ chatId, headSeq: member.leftSeq ?? chat.headSeq }];
      });
    });

  fates = (userId: string, clientMsgIds: readonly string[]): Promise<readonly SendFate[]> =>
    this.#call('fates', () =>
      clientMsgIds.map((clientMsgId): SendFate => {
        const sent = this.chats.fateOf(userId, clientMsgId);
        if (sent === undefined) return { clientMsgId, status: 'unknown' };
        return { clientMsgId, status: 'accepted', chatId: sent.chatId, seq: sent.seq };
      }),
    );

  #call<Value>(name: string, run: () => Value): Promise<Value> {
    this.calls.push(name);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => (this.#isHeld ? undefined : this.commit()));
      this.#waiting.push(() => {
        try {
          if (this.failure !== undefined) throw this.failure;
          resolve(run());
        } catch (failure) {
          reject(failure instanceof Error ? failure : new AppError('internal', { cause: failure }));
        }
      });
    });
  }

  /** Latest event first; the cursor holds what was shown, so that chats which move are not left out. */
  #listChats({ userId, limit, next }: Parameters<ChatLog['listChats']>[0]) {
    if (next !== undefined && !/^page:\S*$/.test(next)) throw new AppError('invalid_fields');
    const shown = new Set(next?.slice('page:'.length).split(','));
    const rest = [...this.chats.byId.values()]
      .filter((chat) => chat.present(userId) !== undefined && !shown.has(chat.id))
      .toSorted((a, b) => b.lastGid - a.lastGid);
    const page = rest.slice(0, limit);
    const isComplete = page.length === rest.length;
    const chats = page.map((chat) => this.#list(chat, userId));
    return {
      chats,
      isComplete,
      ...(!isComplete && { next: `page:${[...shown, ...page.map(({ id }) => id)].join(',')}` }),
    };
  }

  #list(chat: MemoryChat, userId: string): ListedChat {
    return chat.list(userId, (id) => this.chats.userNames.get(id) ?? null);
  }

  #listMessages({ chatId, userId, afterSeq, beforeSeq, limit }: MessagePageQuery): MessagePage | Rejected {
    const chat = this.chats.byId.get(chatId);
    if (chat?.members.has(userId) !== true) return rejected('chat_not_found');
    const fitting = chat
      .messagesFor(userId)
      .filter(({ seq }) => seq > (afterSeq ?? 0) && seq < (beforeSeq ?? Number.POSITIVE_INFINITY));
    const shown = afterSeq === undefined ? fitting.slice(-limit) : fitting.slice(0, limit);
    const isComplete = shown.length === fitting.length;
    const next = (afterSeq === undefined ? shown[0] : shown.at(-1))?.seq;
    const messages = shown.map((message) => chat.listMessage(message));
    return { status: 'ok', messages, isComplete, ...(!isComplete && next !== undefined && { next }) };
  }
}

/** As many events as fit, at least one. Bytes are those of contents. */
function withinBytes(events: readonly LogEvent[], maxBytes: number): readonly LogEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += event.kind === 'message' ? Buffer.byteLength(event.content) : JSON.stringify(event.change).length;
    return bytes > maxBytes && index > 0;
  });
  return end < 0 ? events : events.slice(0, end);
}
