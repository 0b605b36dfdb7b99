import { z } from 'zod';

/** Field forms that several messages share. Strings are limited in UTF-16 units here; byte limits are the server's options. */
const id = (maxLength: number) => z.string().min(1).max(maxLength);

/** A chat's id, as the server gave it. */
export const chatId = id(64);
/** A user's id: `usr_...` for local users, `<prefix><claim>` for users of a foreign issuer. */
export const userId = id(255);
/** A message's id: `<chat id>:<seq>`. */
export const messageId = id(96);
/** Idempotency key of a message: scoped to the user, survives reconnects and restarts. */
export const clientMsgId = id(128);
/** Idempotency key of any other command. */
export const clientOpId = id(128);
/** Position in a chat's log; the first event has 1. */
export const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** `<namespace>:<name>`; the exact rule is checked where namespaces are known. */
export const topicName = id(255);
/** ISO 8601 in UTC with milliseconds. */
export const timestamp = z.string();
/** Role of a member within one chat. */
export const memberRole = z.enum(['owner', 'admin', 'member']);

/** A user as others see one. */
export const publicUser = z.object({ id: userId, username: z.string().nullable(), name: z.string().nullable() });

/** A message as it is stored, sent and listed. `read_by` is JSON array text of reader ids without the sender, capped. */
export const storedMessage = z.object({
  id: messageId,
  chat_session_id: chatId,
  seq,
  sender_id: userId,
  content: z.string(),
  timestamp,
  read_at: timestamp.nullable(),
  read_by: z.string(),
  read_count: z.number().int(),
  client_msg_id: clientMsgId.optional(),
});

/** A member as chats list one. */
export const chatMember = z.object({ user_id: userId, name: z.string().nullable(), role: memberRole });

/** A chat as `get_user_chats` and the commands that make one return it. */
export const chatSummary = z.object({
  id: chatId,
  kind: z.enum(['direct', 'group']),
  name: z.string().nullable(),
  members: z.array(chatMember),
  member_count: z.number().int(),
  last_message: storedMessage.nullable(),
  last_seq: seq,
  read_seq: seq,
  unread: z.number().int(),
});

/** What a sign-in returns. */
export const session = z.object({
  user: publicUser.extend({ roles: z.array(z.string()) }),
  token: z.string(),
  refresh_token: z.string(),
  expires_at: timestamp,
});
