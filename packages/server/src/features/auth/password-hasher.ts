import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { AppError } from '../../kernel/app-error.ts';
import { normalisePassword } from './password.ts';

/** OWASP Password Storage Cheat Sheet, argon2id (the library's default kind): 19 MiB, two passes, one lane. */
const OWASP_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const RETRY_AFTER_MS = 1000;

export interface PasswordHasherOptions {
  /** Hashes computed at once; each takes a thread of Node's pool of four and 19 MiB. Default 2. */
  readonly maxRunning?: number;
  /** Hashes that may wait for their turn; beyond it `overloaded`. Default 64: under two seconds of waiting. */
  readonly maxWaiting?: number;
  /** Cost of new hashes. Only tests have a reason to change it. */
  readonly cost?: Pick<Options, 'memoryCost' | 'timeCost' | 'parallelism'>;
}

/** Makes and checks password hashes (argon2id), a few at a time. */
export class PasswordHasher {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #cost: Options;
  /** Checked in place of the hash of somebody who does not exist. */
  readonly #decoy: Promise<string>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: PasswordHasherOptions = {}) {
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 64;
    this.#cost = options.cost ?? OWASP_COST;
    this.#decoy = hash(randomBytes(32), this.#cost);
  }

  /** The encoded hash of a password, with a salt of its own. @throws AppError `overloaded` */
  async hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalisePassword(password), this.#cost));
  }

  /**
   * Whether the password is the one of this hash. Without a hash (there is no such user) the same work is done and the
   * answer is no, so that time does not tell who exists.
   * @throws AppError `overloaded`
   */
  async verify(password: string, encoded: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const isRight = await verify(encoded ?? (await this.#decoy), normalisePassword(password));
      return isRight && encoded !== undefined;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.#takeTurn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #takeTurn(): Promise<void> {
    if (this.#running < this.#maxRunning) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new AppError('overloaded', {
        message: 'Too many people are signing in at this moment.',
        remedy: 'Wait for retry_after_ms and try again.',
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    // whoever finishes hands over its place
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
