import type { FastifyRequest } from 'fastify';
import type { AuditTrail } from '../../features/auth/audit-trail.ts';
import { type ApiKeys, meansApiKey } from '../../features/auth/keys.ts';
import type { Scope } from '../../features/auth/scopes.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Authenticate } from '../../ports/authenticate.ts';
import { RefusalRate } from '../refusal-rate.ts';
import { isAdminSender, requesterOf, type Sender } from './sender.ts';

export interface GuardsOptions {
  readonly authenticate: Authenticate;
  readonly keys: ApiKeys;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  /** Refused tokens and keys per address and second that are still explained; beyond it 429. */
  readonly refusalsPerSecond: number;
}

/** A hook of a route that lets a request pass or throws. Runs before the body is read. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/**
 * Who may use a route. People present a token, backends a key, both as `Authorization: Bearer`. Tokens in the address or
 * in cookies do not count here: requests can be made to carry those by others.
 */
export class Guards {
  readonly #authenticate: Authenticate;
  readonly #keys: ApiKeys;
  readonly #trail: AuditTrail;
  readonly #clock: Clock;
  readonly #refusals: RefusalRate;

  constructor(options: GuardsOptions) {
    this.#authenticate = options.authenticate;
    this.#keys = options.keys;
    this.#trail = options.trail;
    this.#clock = options.clock;
    this.#refusals = new RefusalRate(options.refusalsPerSecond);
  }

  /** Signed-in people. @throws AppError `token_...`, `not_authenticated`, `rate_limited` */
  readonly user: Guard = async (request) => {
    request.sender = await this.#identify(request);
    if (request.sender.kind !== 'user') throw new AppError('not_authenticated');
  };

  /** Administrators. @throws AppError also `forbidden` */
  readonly admin: Guard = async (request) => {
    request.sender = await this.#identify(request);
    if (!isAdminSender(request.sender)) throw await this.forbid(request, new AppError('forbidden'));
  };

  /** Administrators, and keys with a scope. @throws AppError also `scope_missing`, `api_key_invalid` */
  adminOr(scope: Scope): Guard {
    return async (request) => {
      request.sender = await this.#identify(request);
      await this.assertMay(request, scope);
    };
  }

  /** Refuses a known sender who may not do what a scope allows. @throws AppError `forbidden`, `scope_missing` */
  async assertMay(request: FastifyRequest, scope: Scope): Promise<void> {
    const { sender } = request;
    if (isAdminSender(sender) || (sender.kind === 'key' && sender.key.scopes.has(scope))) return;
    throw await this.forbid(request, refusalFor(sender, scope));
  }

  /** Anybody who is signed in or has a key; the route decides the rest. */
  readonly known: Guard = async (request) => {
    request.sender = await this.#identify(request);
  };

  /** Records that somebody may not do this, and returns the error to throw. */
  async forbid(request: FastifyRequest, error: AppError): Promise<AppError> {
    await this.#trail.failed({
      action: 'authz_fail',
      by: requesterOf(request.sender, request.client.address),
      reason: error.code,
      object: { kind: 'route', id: `${request.method} ${request.routeOptions.url ?? ''}` },
    });
    return error;
  }

  async #identify(request: FastifyRequest): Promise<Sender> {
    const header = request.headers.authorization;
    if (meansApiKey(header)) {
      const verdict = await this.#keys.authenticate(header);
      if (!verdict.ok) throw this.#refuse(request, new AppError(verdict.code));
      return { kind: 'key', key: verdict.key };
    }
    const outcome = this.#authenticate(tokenIn(header));
    if (outcome.ok) return { kind: 'user', identity: outcome.identity };
    throw this.#refuse(
      request,
      new AppError(outcome.code, { message: outcome.message, details: { detail: outcome.detail } }),
    );
  }

  #refuse(request: FastifyRequest, error: AppError): AppError {
    if (error.code === 'token_missing') return error;
    const retryAfterMs = this.#refusals.note(request.client.address, this.#clock.monotonic());
    if (retryAfterMs === 0) return error;
    return new AppError('rate_limited', {
      message: 'Too many requests with refused tokens come from your address.',
      retryAfterMs,
    });
  }
}

/** What to tell somebody who may not. */
function refusalFor(sender: Sender, scope: Scope): AppError {
  if (sender.kind !== 'key') return new AppError('forbidden');
  return new AppError('scope_missing', { message: `The API key lacks the scope ${scope}.` });
}

/** What stands in place of a token; undefined when nothing does. A scheme other than Bearer presents no token. */
function tokenIn(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^bearer(?: +|$)(.*)$/i.exec(header)?.[1];
}
