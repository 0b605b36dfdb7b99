import type { COMMANDS, FieldsOf, PayloadOf } from '@parley/protocol';
import { isoTime } from '../../kernel/iso-time.ts';
import type { ListedChat, ListedMessage } from '../../ports/chat-log.ts';

/** A message as clients see one. */
export type MessageView = PayloadOf<(typeof COMMANDS)['get_messages']>['messages'][number];
/** A chat as clients see one. */
export type ChatView = PayloadOf<(typeof COMMANDS)['get_user_chats']>['chats'][number];
/** Fields of a `message` command. */
export type MessageFields = FieldsOf<(typeof COMMANDS)['message']>;

/** A message's id: its chat and its place there. */
export function messageId(chatId: string, seq: number): string {
  return `${chatId}:${seq}`;
}

/** A message that was just stored: nobody has read it. */
export function freshMessageView(message: {
  readonly chatId: string;
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
  readonly timestampMs: number;
  readonly clientMsgId: string | undefined;
}): MessageView {
  return {
    id: messageId(message.chatId, message.seq),
    chat_session_id: message.chatId,
    seq: message.seq,
    sender_id: message.senderId,
    content: message.content,
    timestamp: isoTime(message.timestampMs),
    read_at: null,
    read_by: '[]',
    read_count: 0,
    ...(message.clientMsgId === undefined ? undefined : { client_msg_id: message.clientMsgId }),
  };
}

/** A message as a page lists it. */
export function listedMessageView(chatId: string, message: ListedMessage): MessageView {
  return {
    ...freshMessageView({ ...message, chatId }),
    read_at: message.readAtMs === null ? null : new Date(message.readAtMs).toISOString(),
    read_by: JSON.stringify(message.readerIds),
    read_count: message.readCount,
  };
}

/** A chat as its member lists it. */
export function chatView(chat: ListedChat): ChatView {
  return {
    id: chat.id,
    kind: chat.kind,
    name: chat.name,
    members: chat.members.map(({ userId, name, role }) => ({ user_id: userId, name, role })),
    member_count: chat.memberCount,
    last_message: chat.lastMessage === null ? null : listedMessageView(chat.id, chat.lastMessage),
    last_seq: chat.lastSeq,
    read_seq: chat.readSeq,
    unread: chat.unread,
  };
}
