import type { Reads } from './reads/reads.ts';
import type { Operations } from './thread-messages.ts';
import type { Writes } from './writes/writes.ts';

/** Calls operations that run elsewhere. Promises settle in the order of the calls. */
export interface Calls<Ops extends Operations> {
  /** @throws AppError `overloaded` (not done), `storage_unavailable` (outcome unknown), `internal` */
  call<Name extends keyof Ops & string>(name: Name, ...args: Parameters<Ops[Name]>): Promise<ReturnType<Ops[Name]>>;
  /**
   * As `call`, but in no hurry: it goes with the next call, before it, or by itself a moment later, so that it need not
   * cost a commit of its own. The arguments are asked for when it goes.
   */
  callLater<Name extends keyof Ops & string>(
    name: Name,
    args: () => Parameters<Ops[Name]>,
  ): Promise<ReturnType<Ops[Name]>>;
}

/** Both sides of the storage, as the stores call them. */
export interface StorageCalls {
  /** Everything that writes, in one group commit. */
  readonly writer: Calls<Writes>;
  /** Sees whatever the writer has answered. */
  readonly reader: Calls<Reads>;
}
