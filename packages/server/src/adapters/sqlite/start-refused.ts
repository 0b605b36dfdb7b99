import type { StartRefusal } from './thread-messages.ts';

/** Why a thread of the storage cannot start. Threads do not load the error catalogue: the main thread makes it an AppError. */
export class StartRefused extends Error {
  readonly code: StartRefusal['code'];

  constructor(code: StartRefusal['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartRefused';
    this.code = code;
  }
}
