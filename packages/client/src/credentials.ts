import { type ClientError, localError, toClientError } from './client-error.ts';
import type { Session, User } from './commands.ts';
import type { Link } from './link.ts';

/** Where tokens come from: one of these, or a later login(). */
export interface CredentialsOptions {
  /** A token as it is. When it expires, the client stops. */
  readonly token?: string;
  /** Asked for a token before each connection, and again when the server refuses one or it is about to expire. */
  readonly getToken?: () => string | Promise<string>;
  /** A session of an earlier login(); the client refreshes it. */
  readonly session?: Session;
}

/** The token to present, and where the next one comes from. */
export class Credentials {
  readonly #getToken: (() => string | Promise<string>) | undefined;
  readonly #requestTimeoutMs: number;
  readonly #changed: (session: Session | undefined) => void;
  #session: Session | undefined;
  #token: string | undefined;
  #refused: { readonly token: string; readonly error: ClientError } | undefined;

  constructor(options: CredentialsOptions, requestTimeoutMs: number, changed: (session: Session | undefined) => void) {
    this.#getToken = options.getToken;
    this.#session = options.session;
    this.#token = options.token ?? options.session?.token;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#changed = changed;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Whether there is anything to sign in with. */
  get hasAny(): boolean {
    return this.#token !== undefined || this.#getToken !== undefined;
  }

  /** Whether a token other than a refused one can be had. */
  get isRenewable(): boolean {
    return this.#getToken !== undefined || this.#session !== undefined;
  }

  /** Takes the session of a sign-in, or forgets the one there is. */
  adopt(session: Session | undefined): void {
    this.#session = session;
    this.#token = session?.token;
    this.#refused = undefined;
    this.#changed(session);
  }

  /** Notes that the server does not take the present token. */
  refuse(error: ClientError): void {
    if (this.#token !== undefined) this.#refused = { token: this.#token, error };
  }

  /** Before a connection: asks for the token that it will present. @throws ClientError `token_unavailable`, the refusal */
  async prepare(): Promise<void> {
    if (this.#getToken === undefined || this.#session !== undefined) return;
    try {
      this.#token = await this.#getToken();
    } catch (cause) {
      throw localError('token_unavailable', cause);
    }
    this.#assertNotRefused();
  }

  /** Signs a connection in. @throws ClientError when the token is refused and no other can be had */
  async present(link: Link): Promise<User> {
    if (this.#isRefused) await this.renew(link);
    try {
      return await this.#authenticate(link);
    } catch (failure) {
      const error = toClientError(failure);
      if (!this.isRenewable || !asksForOtherToken(error)) throw error;
      this.refuse(error);
      await this.renew(link);
      return this.#authenticate(link);
    }
  }

  /** Gets the next token: from getToken(), or for the session's refresh token. @throws ClientError when there is none */
  async renew(link: Link): Promise<void> {
    if (this.#session === undefined) await this.prepare();
    else await this.#refresh(link, this.#session);
    this.#assertNotRefused();
  }

  async #refresh(link: Link, { refresh_token }: Session): Promise<void> {
    try {
      this.adopt(await link.request('refresh', { refresh_token }, this.#requestTimeoutMs));
    } catch (failure) {
      if (toClientError(failure).retry === 'never') this.adopt(undefined);
      throw failure;
    }
  }

  /** Replaces a token that is about to expire, on a connection that is signed in. @throws ClientError */
  async renewInPlace(link: Link): Promise<void> {
    if (!this.isRenewable) return;
    await this.renew(link);
    // a refreshed session is signed in by that
    if (this.#session === undefined) await this.#authenticate(link);
  }

  async #authenticate(link: Link): Promise<User> {
    return (await link.request('auth', { token: this.#token }, this.#requestTimeoutMs)).user;
  }

  get #isRefused(): boolean {
    return this.#refused !== undefined && this.#refused.token === this.#token;
  }

  #assertNotRefused(): void {
    if (this.#refused !== undefined && this.#isRefused) throw this.#refused.error;
  }
}

/** Whether a refusal is about the token itself. A revoked one is not replaced: whoever revoked it meant the user. */
function asksForOtherToken({ code }: ClientError): boolean {
  return code.startsWith('token_') && code !== 'token_revoked';
}
