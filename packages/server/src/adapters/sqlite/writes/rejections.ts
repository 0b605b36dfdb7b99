import type { Rejected } from '../../../ports/chat-log.ts';

export const CHAT_NOT_FOUND: Rejected = { status: 'rejected', code: 'chat_not_found' };
export const IDEMPOTENCY_CONFLICT: Rejected = { status: 'rejected', code: 'idempotency_conflict' };
export const NOT_A_GROUP: Rejected = { status: 'rejected', code: 'not_a_group' };
export const FORBIDDEN: Rejected = { status: 'rejected', code: 'forbidden' };
export const GROUP_FULL: Rejected = { status: 'rejected', code: 'group_full' };
export const LAST_OWNER: Rejected = { status: 'rejected', code: 'last_owner' };

/** Names the users who do not exist, or are not in the group. */
export function userNotFound(userIds: readonly string[]): Rejected {
  return { status: 'rejected', code: 'user_not_found', details: { userIds } };
}
