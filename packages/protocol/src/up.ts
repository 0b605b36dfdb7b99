import type { CommandDefinition } from './command.ts';
import { addGroupMember } from './messages/add-group-member.ts';
import { auth } from './messages/auth.ts';
import { createChat } from './messages/create-chat.ts';
import { createGroup } from './messages/create-group.ts';
import { findUsers } from './messages/find-users.ts';
import { getMessages } from './messages/get-messages.ts';
import { getUserChats } from './messages/get-user-chats.ts';
import { hello } from './messages/hello.ts';
import { leaveGroup } from './messages/leave-group.ts';
import { login } from './messages/login.ts';
import { logout } from './messages/logout.ts';
import { markRead } from './messages/mark-read.ts';
import { message } from './messages/message.ts';
import { ping } from './messages/ping.ts';
import { publish } from './messages/publish.ts';
import { refresh } from './messages/refresh.ts';
import { removeGroupMember } from './messages/remove-group-member.ts';
import { setMemberRole } from './messages/set-member-role.ts';
import { subscribe } from './messages/subscribe.ts';
import { sync } from './messages/sync.ts';
import { unsubscribe } from './messages/unsubscribe.ts';
import { updateGroup } from './messages/update-group.ts';

/** Every message a client may send, by `type`. */
export const COMMANDS = {
  ping,
  hello,
  login,
  auth,
  refresh,
  logout,
  get_user_chats: getUserChats,
  get_messages: getMessages,
  message,
  create_group: createGroup,
  create_chat: createChat,
  add_group_member: addGroupMember,
  remove_group_member: removeGroupMember,
  leave_group: leaveGroup,
  set_member_role: setMemberRole,
  update_group: updateGroup,
  find_users: findUsers,
  mark_read: markRead,
  sync,
  subscribe,
  unsubscribe,
  publish,
} as const satisfies Record<string, CommandDefinition>;

export type CommandType = keyof typeof COMMANDS;
