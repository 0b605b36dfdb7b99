import type { COMMANDS } from '@parley/protocol';
import { AppError } from '../../kernel/app-error.ts';
import { type Caller, type CommandHandler, identityOf } from '../../ports/caller.ts';
import type { ChatLog, MessageStored, Rejected } from '../../ports/chat-log.ts';
import type { ChatLimits } from './chat-limits.ts';
import type { FanOut } from './fan-out.ts';
import type { MemberCache } from './member-cache.ts';
import { freshMessageView, type MessageFields, type MessageView } from './message-view.ts';

/** What sending needs. */
export interface SendDependencies {
  readonly chatLog: ChatLog;
  readonly members: MemberCache;
  readonly fanOut: FanOut;
  readonly limits: ChatLimits;
}

/**
 * The `message` command: one append to the log, then the reply, then the event to everybody else. Nothing is awaited
 * before the append, so that messages of one connection keep their order.
 */
export function createSend(deps: SendDependencies): CommandHandler<(typeof COMMANDS)['message']> {
  return (caller, fields) => {
    const { userId } = identityOf(caller);
    assertContentFits(fields.content, deps.limits.contentMaxBytes);
    const hasMembers = deps.members.retain(fields.chat_id);
    const append = deps.chatLog.append({
      chatId: fields.chat_id,
      senderId: userId,
      content: fields.content,
      clientMsgId: fields.client_msg_id,
      wantMembers: !hasMembers,
    });
    return append.then(
      (outcome) => {
        if (hasMembers) deps.members.release(fields.chat_id);
        return settle(deps, caller, userId, fields, outcome);
      },
      (failure: unknown) => {
        if (hasMembers) deps.members.release(fields.chat_id);
        throw failure;
      },
    );
  };
}

function settle(
  deps: SendDependencies,
  caller: Caller,
  senderId: string,
  fields: MessageFields,
  outcome: MessageStored | Rejected,
): MessageView & { duplicate?: boolean } {
  if (outcome.status === 'rejected')
    throw new AppError(outcome.code, { ...(outcome.details && { details: outcome.details }) });
  const { chat_id: chatId, content, client_msg_id: clientMsgId } = fields;
  const memberIds = outcome.memberIds ?? deps.members.get(chatId) ?? [];
  if (outcome.memberIds !== undefined) deps.members.set(chatId, memberIds);
  const { seq, gid, timestampMs } = outcome;
  const view = freshMessageView({ chatId, seq, senderId, content, timestampMs, clientMsgId });
  if (outcome.isDuplicate) return { ...view, duplicate: true };
  const event = { kind: 'message', seq, gid, actorId: senderId, timestampMs, content, clientMsgId } as const;
  deps.fanOut.publish(chatId, event, memberIds, caller.connectionId);
  return view;
}

function assertContentFits(content: string, maxBytes: number): void {
  // a UTF-16 unit takes at most 3 bytes
  if (content.length * 3 <= maxBytes || Buffer.byteLength(content) <= maxBytes) return;
  throw new AppError('content_too_long', { message: `The content is longer than ${maxBytes} bytes.` });
}
