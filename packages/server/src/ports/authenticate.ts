import type { ErrorCode } from '@parley/protocol';
import type { Identity } from './caller.ts';

/** What became of a presented token. */
export type AuthenticateOutcome =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      /** For the client. */
      readonly message: string;
      /** For the operator's log; names configured issuers, holds no part of the token that could be used. */
      readonly detail: string;
    };

/** Decides who a token speaks for. `undefined` means that none was presented. Synchronous, and never throws. */
export type Authenticate = (token: unknown) => AuthenticateOutcome;
