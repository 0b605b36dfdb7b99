import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { AuditEntry, AuditLog } from '../../ports/audit-log.ts';
import type { Requester } from './requester.ts';

/** What this feature records, in words of the OWASP logging vocabulary. */
export type AuthAction =
  | 'authn_login_success'
  | 'authn_login_fail'
  | 'authn_login_lock'
  | 'authn_password_change'
  | 'authn_password_change_fail'
  | 'authn_token_created'
  | 'authn_token_revoked'
  | 'authn_token_reuse'
  | 'authz_fail'
  | 'excess_rate_limit_exceeded'
  | 'privilege_permissions_changed'
  | 'user_created'
  | 'user_updated';

/** One action to record. */
export interface AuthEvent extends Pick<AuditEntry, 'object' | 'reason' | 'details'> {
  readonly action: AuthAction;
  readonly by: Requester;
}

export interface AuditTrailOptions {
  readonly audit: AuditLog;
  readonly log: Log;
  readonly clock: Clock;
  /** Failures that are recorded one by one before the rate counts. Default 60. */
  readonly failureBurst?: number;
  /** Failures recorded one by one from then on; what is beyond is only counted. Default 1. */
  readonly failuresPerSecond?: number;
}

/**
 * Writes this feature's actions to the audit log. What succeeded is always recorded. Failures, which strangers can cause
 * at will, are recorded one by one up to a rate, and beyond it as one entry with a `count` per action and reason at each
 * `flush`: a flood cannot fill the disk, and no failure goes uncounted.
 *
 * Nothing here rejects: the action has happened, and its outcome must not depend on its record. A record that could not
 * be written is an error in the server's log.
 */
export class AuditTrail {
  readonly #audit: AuditLog;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #failureBurst: number;
  readonly #failuresPerSecond: number;
  /** By action and reason, both from closed lists. */
  readonly #uncounted = new Map<string, { readonly event: AuthEvent; count: number }>();
  #allowance: number;
  #allowanceAtMs: number;

  constructor(options: AuditTrailOptions) {
    this.#audit = options.audit;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#failureBurst = options.failureBurst ?? 60;
    this.#failuresPerSecond = options.failuresPerSecond ?? 1;
    this.#allowance = this.#failureBurst;
    this.#allowanceAtMs = options.clock.monotonic();
  }

  /** Records something that was done. Resolves when it is on disk, or could not be written. */
  async succeeded(event: AuthEvent): Promise<void> {
    await this.#append(event, 'success');
  }

  /** Records something that was refused, by itself or as part of a count. */
  async failed(event: AuthEvent): Promise<void> {
    if (this.#spend()) await this.#append(event, 'failure');
    else this.count(event);
  }

  /** Counts something that was refused without an entry of its own. */
  count(event: AuthEvent): void {
    const key = `${event.action} ${event.reason ?? ''}`;
    const known = this.#uncounted.get(key);
    if (known === undefined) this.#uncounted.set(key, { event, count: 1 });
    else known.count++;
  }

  /** Writes what was only counted since the last time. */
  async flush(): Promise<void> {
    const counted = [...this.#uncounted.values()];
    this.#uncounted.clear();
    for (const { event, count } of counted) {
      const { action, reason } = event;
      const by: Requester = { actor: { kind: 'system' } };
      await this.#append({ action, by, details: { count }, ...(reason !== undefined && { reason }) }, 'failure');
    }
  }

  #spend(): boolean {
    const nowMs = this.#clock.monotonic();
    const gained = ((nowMs - this.#allowanceAtMs) / 1000) * this.#failuresPerSecond;
    this.#allowance = Math.min(this.#failureBurst, this.#allowance + gained);
    this.#allowanceAtMs = nowMs;
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }

  async #append({ by, ...event }: AuthEvent, outcome: AuditEntry['outcome']): Promise<void> {
    const address = by.address === undefined ? {} : { address: by.address };
    try {
      await this.#audit.append({ actor: by.actor, outcome, ...event, ...address });
    } catch (failure) {
      this.#log.error({ err: failure, action: event.action, outcome }, 'audit entry could not be written');
    }
  }
}
