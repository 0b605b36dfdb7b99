import { afterAll, beforeAll, describe } from 'vitest';
import type { AccountStore } from './account-store.ts';
import { describeAccess } from './account-store-access.contract.ts';
import { describeSessions } from './account-store-sessions.contract.ts';
import { describeUsers } from './account-store-users.contract.ts';

/** What an adapter gives to have its account store examined. */
export interface OpenedAccountStore extends AsyncDisposable {
  readonly accounts: AccountStore;
  /** Sets the clock that the store takes its times from. */
  setNow(nowMs: number): void;
}

/** Examines an account store: everything that the port promises, on one store that the tests share. */
export function describeAccountStore(name: string, open: () => Promise<OpenedAccountStore>): void {
  describe(`the account store ${name}`, () => {
    let opened: OpenedAccountStore;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    describe('users', () => describeUsers(() => opened.accounts));
    describe('sessions', () =>
      describeSessions(
        () => opened.accounts,
        (nowMs) => opened.setNow(nowMs),
      ));
    describe('keys and revocations', () =>
      describeAccess(
        () => opened.accounts,
        (nowMs) => opened.setNow(nowMs),
      ));
  });
}
