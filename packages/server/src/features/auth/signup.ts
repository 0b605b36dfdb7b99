import { networkOf } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { UserRecord } from '../../ports/account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { BackoffCounter } from './backoff-counter.ts';
import { anonymousFrom } from './requester.ts';
import type { LocalUser, Users } from './users.ts';

const MINUTE_MS = 60_000;

export interface SignupOptions {
  readonly users: Users;
  readonly trail: AuditTrail;
  readonly isOpen: boolean;
  /** Accounts per address and hour before further ones have to wait. Default 10. */
  readonly freePerHour?: number;
}

/** Lets strangers make an account, where that is wanted. */
export class Signup {
  readonly isOpen: boolean;
  readonly #users: Users;
  readonly #trail: AuditTrail;
  readonly #perAddress: BackoffCounter;

  constructor(options: SignupOptions) {
    this.isOpen = options.isOpen;
    this.#users = options.users;
    this.#trail = options.trail;
    this.#perAddress = new BackoffCounter({
      freeAttempts: options.freePerHour ?? 10,
      windowMs: 60 * MINUTE_MS,
      firstWaitMs: MINUTE_MS,
      maxWaitMs: 60 * MINUTE_MS,
      maxKeys: 10_000,
    });
  }

  /** @throws AppError `signup_closed`, `rate_limited` with `retryAfterMs`; and as `Users.create` */
  async signUp(wish: Omit<LocalUser, 'roles'>, address: string): Promise<UserRecord> {
    if (!this.isOpen) throw new AppError('signup_closed');
    const by = anonymousFrom(address);
    const admission = await this.#perAddress.begin(networkOf(address));
    if (!admission.isAdmitted) {
      this.#trail.count({ action: 'excess_rate_limit_exceeded', by, reason: 'rate_limited' });
      throw new AppError('rate_limited', {
        message: 'Too many accounts were made from this address.',
        remedy: 'Wait for retry_after_ms.',
        retryAfterMs: Math.ceil(admission.retryAfterMs),
      });
    }
    const { username, password, name } = wish;
    return this.#users.create({ username, password, name }, by);
  }
}
