import type { AccountStore } from '../../ports/account-store.ts';
import { generatePassword } from './password.ts';
import { SYSTEM } from './requester.ts';
import { ADMIN_ROLE } from './roles.ts';
import type { Users } from './users.ts';

/** The first sign-in, to be shown once and to a person only. */
export interface FirstAdmin {
  readonly username: string;
  readonly password: string;
}

/** Makes the first administrator when there is no user at all; otherwise does nothing and returns undefined. */
export async function createFirstAdmin(options: {
  readonly accounts: AccountStore;
  readonly users: Users;
  readonly username: string;
}): Promise<FirstAdmin | undefined> {
  if ((await options.accounts.countUsers()) > 0) return undefined;
  const password = generatePassword();
  const { username } = await options.users.create(
    { username: options.username, password, roles: [ADMIN_ROLE] },
    SYSTEM,
  );
  return { username: username ?? options.username, password };
}
