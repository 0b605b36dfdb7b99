import { AppError } from '../../kernel/app-error.ts';
import { type Caller, type CommandHandlers, identityOf } from '../../ports/caller.ts';
import type { ChatChanged, ChatLog, GroupChange, Rejected } from '../../ports/chat-log.ts';
import type { ChatLimits } from './chat-limits.ts';
import type { FanOut } from './fan-out.ts';
import { type ChatView, chatView } from './message-view.ts';

/** What changing chats needs. */
export interface GroupDependencies {
  readonly chatLog: ChatLog;
  readonly fanOut: FanOut;
  readonly limits: ChatLimits;
}

type GroupCommand =
  | 'create_group'
  | 'create_chat'
  | 'add_group_member'
  | 'remove_group_member'
  | 'leave_group'
  | 'set_member_role'
  | 'update_group';

/** The commands that make chats and change who is in them. */
export function createGroupHandlers(deps: GroupDependencies): Pick<Required<CommandHandlers>, GroupCommand> {
  // nothing is awaited between the outcome and the reply: see FanOut
  const change = <View extends object>(caller: Caller, request: GroupChange, view: View): Promise<View & Outcome> =>
    deps.chatLog
      .changeGroup(request, { maxMembers: deps.limits.groupMaxMembers })
      .then((outcome) => ({ ...view, ...tell(deps, caller, outcome) }));
  const base = (caller: Caller, fields: { group_id: string; client_op_id?: string | undefined }) => ({
    chatId: fields.group_id,
    actorId: identityOf(caller).userId,
    clientOpId: fields.client_op_id,
  });
  return {
    create_group: async (caller, fields) => {
      const made = await deps.chatLog.createGroup({
        creatorId: identityOf(caller).userId,
        name: fields.group_name,
        memberIds: fields.member_ids,
        clientOpId: fields.client_op_id,
        maxMembers: deps.limits.groupMaxMembers,
      });
      return showChat(deps, caller, made);
    },
    create_chat: async (caller, fields) => {
      const pair = { creatorId: identityOf(caller).userId, otherId: fields.user_id };
      return showChat(deps, caller, await deps.chatLog.openDirect(pair));
    },
    add_group_member: (caller, { group_id, user_id, client_op_id }) =>
      change(
        caller,
        { ...base(caller, { group_id, client_op_id }), action: 'add', userId: user_id },
        { group_id, user_id, role: 'member' },
      ),
    remove_group_member: (caller, { group_id, user_id, client_op_id }) =>
      change(
        caller,
        { ...base(caller, { group_id, client_op_id }), action: 'remove', userId: user_id },
        { group_id, user_id },
      ),
    leave_group: (caller, fields) =>
      change(caller, { ...base(caller, fields), action: 'leave' }, { group_id: fields.group_id }),
    set_member_role: (caller, { group_id, user_id, role, client_op_id }) =>
      change(
        caller,
        { ...base(caller, { group_id, client_op_id }), action: 'role', userId: user_id, role },
        { group_id, user_id, role },
      ),
    update_group: (caller, { group_id, group_name: name, client_op_id }) =>
      change(caller, { ...base(caller, { group_id, client_op_id }), action: 'rename', name }, { group_id, name }),
  };
}

/** What every reply about a change carries. */
interface Outcome {
  readonly seq: number;
  readonly duplicate?: boolean;
}

function tell(deps: GroupDependencies, caller: Caller, outcome: ChatChanged | Rejected): Outcome {
  const changed = assertDone(outcome);
  deps.fanOut.publishChange(changed, caller.connectionId);
  return { seq: changed.seq, ...(changed.isDuplicate ? { duplicate: true } : undefined) };
}

async function showChat(
  deps: GroupDependencies,
  caller: Caller,
  outcome: ChatChanged | Rejected,
): Promise<ChatView & Outcome> {
  const told = tell(deps, caller, outcome);
  const { userId } = identityOf(caller);
  const chat = await deps.chatLog.findChat(assertDone(outcome).chatId, userId);
  // a retried creation of a chat that its creator has left since
  if (chat === undefined) throw new AppError('chat_not_found');
  return { ...chatView(chat), ...told };
}

function assertDone(outcome: ChatChanged | Rejected): ChatChanged {
  if (outcome.status === 'ok') return outcome;
  const unknown = outcome.details?.['userIds'];
  throw new AppError(outcome.code, {
    ...(Array.isArray(unknown) && unknown.length > 0 && { message: `There is no such user: ${unknown.join(', ')}.` }),
    ...(outcome.details && { details: outcome.details }),
  });
}
