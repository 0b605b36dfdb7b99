import type { AppError } from '../../../kernel/app-error.ts';
import type { Caller, Identity } from '../../../ports/caller.ts';
import { ADDRESS } from './test-auth.ts';

/** A connection for tests of handlers: the part of Caller that this feature uses. */
export interface FakeCaller extends Caller {
  identity: Identity | undefined;
  /** Thrown by `authenticate` while set. */
  refusal: AppError | undefined;
}

/** Builds a connection that nobody has signed in on. */
export function createFakeCaller(): FakeCaller {
  const caller: Pick<FakeCaller, 'connectionId' | 'remoteAddress' | 'identity' | 'refusal' | 'authenticate'> = {
    connectionId: 'con_1',
    remoteAddress: ADDRESS,
    identity: undefined,
    refusal: undefined,
    authenticate(identity) {
      if (caller.refusal !== undefined) throw caller.refusal;
      caller.identity = identity;
    },
  };
  return caller as FakeCaller;
}
