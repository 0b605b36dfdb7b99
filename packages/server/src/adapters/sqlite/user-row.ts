import type { UserRecord } from '../../ports/account-store.ts';

/** Columns of a user's record, in the form of UserRow. */
export const USER_COLUMNS = `u.user_id AS id, u.issuer, u.username, u.name, u.roles, u.is_disabled AS isDisabled,
  u.created_at AS createdAtMs`;

/** A user as the table holds one. */
export interface UserRow {
  readonly id: string;
  readonly issuer: string;
  readonly username: string | null;
  readonly name: string | null;
  /** JSON array. */
  readonly roles: string;
  readonly isDisabled: number;
  readonly createdAtMs: number;
}

/** Makes the record of a row. */
export function userOf(row: UserRow): UserRecord {
  const { id, issuer, username, name, createdAtMs } = row;
  return {
    id,
    issuer,
    username,
    name,
    roles: JSON.parse(row.roles) as string[],
    isDisabled: row.isDisabled === 1,
    createdAtMs,
  };
}
