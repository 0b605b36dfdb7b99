import { isLoopback, networkOf } from '../../kernel/addresses.ts';
import { AppError } from '../../kernel/app-error.ts';
import { BackoffCounter, type BackoffRule } from './backoff-counter.ts';
import { BoundedSet } from './bounded-set.ts';

const FIRST_WAIT_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface LoginLockoutOptions {
  /** Failures per account and address before each further one has to wait. Default 5. */
  readonly freeAttempts?: number;
  /** Keys that each of the five counters remembers. Default 10,000 (about 5 MB each). */
  readonly maxKeys?: number;
}

/** One attempt to sign in, counted as failed until told otherwise. */
export interface LoginAttempt {
  /** Whether its failure is the one with which waiting begins for this account and address. */
  readonly beginsLock: boolean;
  /** The password was right. */
  succeed(): Promise<void>;
  /** Nothing was decided about the password. */
  abandon(): Promise<void>;
}

/** Whose password is tried from where. */
export interface LoginSubject {
  /** User id, or what was typed when there is no such user. */
  readonly account: string;
  readonly isKnown: boolean;
  readonly address: string;
}

/**
 * Slows down guessing, without letting anybody lock somebody else out:
 *
 * - per account *and* address: a few failures are free, then waits from 1 s doubling to 15 min, for a day. Somebody who
 *   guesses at an account locks nobody but the own address.
 * - per account over all addresses, much slower, against guessing from many addresses. Addresses from which this account
 *   signed in lately are exempt, so its owner stays in.
 * - per address over all accounts, against trying one password on many accounts. The same exemption; loopback is not
 *   counted, because behind a proxy it would be everybody.
 *
 * Accounts that do not exist are treated alike, so that waiting tells nothing, but counted apart, so that made-up names
 * cannot push real ones out of memory. Success forgets the failures of the account, and not those of the address: an
 * attacker may own an account as well.
 */
export class LoginLockout {
  readonly #pairs: Counters;
  readonly #accounts: Counters;
  readonly #addresses: BackoffCounter;
  readonly #freeAttempts: number;
  readonly #familiar: BoundedSet;

  constructor(options: LoginLockoutOptions = {}) {
    const maxKeys = options.maxKeys ?? 10_000;
    this.#freeAttempts = options.freeAttempts ?? 5;
    const slow = { firstWaitMs: FIRST_WAIT_MS, maxWaitMs: MINUTE_MS, maxKeys };
    const pair = {
      freeAttempts: this.#freeAttempts,
      windowMs: DAY_MS,
      firstWaitMs: FIRST_WAIT_MS,
      maxWaitMs: 15 * MINUTE_MS,
      maxKeys,
    };
    this.#pairs = countersBy(pair);
    this.#accounts = countersBy({ ...slow, freeAttempts: this.#freeAttempts * 10, windowMs: DAY_MS });
    this.#addresses = new BackoffCounter({ ...slow, freeAttempts: this.#freeAttempts * 20, windowMs: HOUR_MS });
    this.#familiar = new BoundedSet(maxKeys);
  }

  /** Asks for an attempt. @throws AppError `login_locked` with `retryAfterMs` */
  async begin(subject: LoginSubject): Promise<LoginAttempt> {
    const counted: Counted[] = [];
    for (const each of this.#countersOf(subject)) {
      const admission = await each.counter.begin(each.key);
      if (!admission.isAdmitted) {
        await undoAll(counted);
        throw new AppError('login_locked', { retryAfterMs: Math.ceil(admission.retryAfterMs) });
      }
      counted.push({ ...each, waitMs: admission.waitMs });
    }
    return {
      beginsLock: counted.some(({ scope, waitMs }) => scope === 'pair' && waitMs === FIRST_WAIT_MS),
      succeed: () => this.#succeed(subject, counted),
      abandon: () => undoAll(counted),
    };
  }

  async #succeed(subject: LoginSubject, counted: readonly Counted[]): Promise<void> {
    this.#familiar.use(pairKey(subject));
    for (const { scope, counter, key, waitMs } of counted) {
      if (scope === 'address') await counter.undo(key, waitMs);
      else await counter.reset(key);
    }
  }

  #countersOf(subject: LoginSubject): readonly Counter[] {
    const { account, address } = subject;
    const group = subject.isKnown ? 'known' : 'unknown';
    const pair = pairKey(subject);
    const own: Counter = { scope: 'pair', counter: this.#pairs[group], key: pair };
    if (this.#familiar.has(pair)) return [own];
    const wide: Counter = { scope: 'account', counter: this.#accounts[group], key: account };
    if (isLoopback(address)) return [own, wide];
    return [{ scope: 'address', counter: this.#addresses, key: networkOf(address) }, own, wide];
  }
}

/** Does the work of an attempt; when it fails, nothing was decided and the attempt is taken back. */
export async function abandonOnFailure<T>(attempt: LoginAttempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    await attempt.abandon();
    throw failure;
  }
}

interface Counter {
  readonly scope: 'pair' | 'account' | 'address';
  readonly counter: BackoffCounter;
  readonly key: string;
}

interface Counted extends Counter {
  readonly waitMs: number;
}

interface Counters {
  readonly known: BackoffCounter;
  readonly unknown: BackoffCounter;
}

function countersBy(rule: BackoffRule): Counters {
  return { known: new BackoffCounter(rule), unknown: new BackoffCounter(rule) };
}

function pairKey({ account, address }: LoginSubject): string {
  return `${networkOf(address)} ${account}`;
}

async function undoAll(counted: readonly Counted[]): Promise<void> {
  for (const { counter, key, waitMs } of counted) await counter.undo(key, waitMs);
}
