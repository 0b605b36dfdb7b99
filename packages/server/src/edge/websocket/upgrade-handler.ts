import type { Socket } from 'node:net';
import { type ErrorCode, SUBPROTOCOL_JSON } from '@parley/protocol';
import { AppError, type AppErrorOptions } from '../../kernel/app-error.ts';
import type { Authenticate, AuthenticateOutcome } from '../../ports/authenticate.ts';
import type { HandshakeStage } from '../../session/handshake-counters.ts';
import { createConnectionId } from '../../session/session-layer.ts';
import type { Peer } from '../arrival.ts';
import type { EdgeContext } from '../edge-context.ts';
import { type ForwardedClient, forwardedClient } from '../forwarded.ts';
import { encodeHttpRefusal, IDENTITY_HEADER, identityHeader } from '../http-refusal.ts';
import { findPresentedToken } from '../presented-token.ts';
import { RefusalRate } from '../refusal-rate.ts';
import { SocketCloser } from '../socket-closer.ts';
import { ownSocket } from '../socket-owner.ts';
import { type FrameParserOptions, frameParserOptions } from './frame-parser-options.ts';
import { headerValues } from './header-fields.ts';
import { checkUpgrade, type UpgradeAcceptance } from './upgrade-check.ts';
import type { UpgradeRequest } from './upgrade-request.ts';
import { encodeUpgradeResponse } from './upgrade-response.ts';
import { WebSocketWire } from './websocket-wire.ts';

/** Where WebSocket clients connect. */
export const WEBSOCKET_PATH = '/ws';

/** When a client that came during the drain may try again. */
const RETURN_AFTER_MS = 1000;

/** Who may connect from where; the same rule as for HTTP. */
export interface UpgradePolicy {
  isAllowedHost(host: string | undefined): boolean;
  isAllowedOrigin(origin: string | undefined, host: string | undefined, scheme?: 'http' | 'https'): boolean;
  isListedOrigin(origin: string | undefined): boolean;
  isTrustedProxy(address: string): boolean;
  readonly isCookieOn: boolean;
  readonly cookieName: string;
}

/** An attempt to connect, as far as it got. */
interface Attempt {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly traceId: string;
}

/**
 * Decides about WebSocket handshakes, whichever parser read them: the handshake itself, Host, Origin, the token. Refusals
 * of the first three are HTTP; a refused token is told by a close code, which a browser can show to its page.
 */
export class UpgradeHandler {
  readonly #context: EdgeContext;
  readonly #policy: UpgradePolicy;
  readonly #authenticate: Authenticate;
  readonly #parserOptions: FrameParserOptions;
  readonly #refusalRate: RefusalRate;

  constructor(context: EdgeContext, policy: UpgradePolicy, authenticate: Authenticate) {
    this.#context = context;
    this.#policy = policy;
    this.#authenticate = authenticate;
    this.#refusalRate = new RefusalRate(context.options.tokenRefusalRate);
    this.#parserOptions = frameParserOptions({
      maxPayloadBytes: context.options.payloadMaxBytes,
      maxControlFramesPerSecond: context.options.controlFrameRate,
      monotonic: () => context.clock.monotonic(),
    });
  }

  /** Answers a request that asks for an upgrade. `rest` are bytes that came after it. */
  handle(socket: Socket, peer: Peer, request: UpgradeRequest, rest: Buffer): void {
    const attempt: Attempt = { socket, peer, traceId: createConnectionId() };
    if (this.#context.isDraining())
      return this.#refuse(attempt, 'upgrade', 'draining', { retryAfterMs: RETURN_AFTER_MS });
    const { address, scheme } = this.#clientOf(peer, request);
    if (!peer.ticket.moveTo(address)) return this.#refuse(attempt, 'accept', 'too_many_connections');
    const [path, query = ''] = splitUrl(request.url ?? '');
    if (path !== WEBSOCKET_PATH) return this.#refuse(attempt, 'upgrade', 'not_found');
    const check = checkUpgrade(request);
    if (check.kind === 'refused') {
      const { code, message, status, responseHeaders, header } = check;
      const details = header === undefined ? {} : { details: { header } };
      return this.#refuse(attempt, 'upgrade', code, { message, ...details }, { status, headers: responseHeaders });
    }
    const [host] = headerValues(request.rawHeaders, 'host');
    const origins = headerValues(request.rawHeaders, 'origin');
    if (!this.#policy.isAllowedHost(host)) return this.#refuse(attempt, 'upgrade', 'host_not_allowed');
    if (origins.length > 1 || !this.#policy.isAllowedOrigin(origins[0], host, scheme)) {
      return this.#refuse(attempt, 'upgrade', 'origin_not_allowed');
    }
    const token = this.#presentedToken(request, query, check, origins[0]);
    const outcome = token === undefined ? undefined : this.#authenticate(token);
    if (outcome?.ok === false && this.#isRefusedTooOften(attempt)) return;
    this.#open(attempt, check, outcome, rest);
  }

  #clientOf(peer: Peer, { rawHeaders }: UpgradeRequest): ForwardedClient {
    const { address } = peer.ticket;
    if (!this.#policy.isTrustedProxy(address)) return { address, scheme: peer.isTls ? 'https' : undefined };
    const headers = {
      forwardedFor: headerValues(rawHeaders, 'x-forwarded-for'),
      forwardedProto: headerValues(rawHeaders, 'x-forwarded-proto'),
    };
    return forwardedClient(address, headers, (hop) => this.#policy.isTrustedProxy(hop));
  }

  #presentedToken(
    request: UpgradeRequest,
    query: string,
    check: UpgradeAcceptance,
    origin: string | undefined,
  ): string | undefined {
    // a cookie comes along whoever opened the page, so it counts only with an origin that is listed
    const isCookieAllowed = this.#policy.isCookieOn && this.#policy.isListedOrigin(origin);
    return findPresentedToken({
      authorization: headerValues(request.rawHeaders, 'authorization')[0],
      query,
      subprotocols: check.subprotocols,
      cookie: isCookieAllowed ? headerValues(request.rawHeaders, 'cookie')[0] : undefined,
      cookieName: this.#policy.cookieName,
    });
  }

  #isRefusedTooOften(attempt: Attempt): boolean {
    const retryAfterMs = this.#refusalRate.note(attempt.peer.ticket.address, this.#context.clock.monotonic());
    if (retryAfterMs === 0) return false;
    this.#refuse(attempt, 'auth', 'rate_limited', {
      message: 'Too many connections with refused tokens come from your address.',
      retryAfterMs,
    });
    return true;
  }

  #open(attempt: Attempt, check: UpgradeAcceptance, outcome: AuthenticateOutcome | undefined, rest: Buffer): void {
    const { socket, peer, traceId } = attempt;
    const code = outcome?.ok === false ? outcome.code : 'ok';
    socket.write(
      encodeUpgradeResponse({
        accept: check.accept,
        subprotocol: check.subprotocols.includes(SUBPROTOCOL_JSON) ? SUBPROTOCOL_JSON : undefined,
        extraHeaders: { [IDENTITY_HEADER]: identityHeader(code === 'ok' ? 'open' : 'auth', code, traceId) },
      }),
    );
    const wire = new WebSocketWire(this.#context, socket, {
      ticket: peer.ticket,
      connectionId: traceId,
      parserOptions: this.#parserOptions,
    });
    ownSocket(socket, wire);
    if (outcome !== undefined) this.#settle(wire, outcome);
    else this.#context.counters.count('open', 'ok', 'anonymous');
    if (rest.length > 0) wire.onData(rest);
  }

  #settle(wire: WebSocketWire, outcome: AuthenticateOutcome): void {
    const { connection } = wire;
    if (!outcome.ok) {
      this.#context.counters.count('auth', 'refused', outcome.code);
      this.#context.log.info(
        {
          connection: connection.connectionId,
          address: connection.remoteAddress,
          code: outcome.code,
          detail: outcome.detail,
        },
        'token refused',
      );
      connection.fail(new AppError(outcome.code, { message: outcome.message }));
      return;
    }
    try {
      connection.authenticate(outcome.identity);
      this.#context.counters.count('open', 'ok', 'websocket');
    } catch (failure) {
      const error = AppError.from(failure);
      this.#context.counters.count('auth', 'refused', error.code);
      connection.fail(error);
    }
  }

  #refuse(
    { socket, peer, traceId }: Attempt,
    stage: HandshakeStage,
    code: ErrorCode,
    error: AppErrorOptions = {},
    answer: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ): void {
    this.#context.counters.count(stage, 'refused', code);
    this.#context.log.info({ trace: traceId, address: peer.ticket.address, stage, code }, 'handshake refused');
    socket.end(encodeHttpRefusal(new AppError(code, error), { stage, traceId, ...answer }));
    socket.resume();
    new SocketCloser(socket, this.#context.wheel, 1000);
  }
}

function splitUrl(url: string): readonly [path: string, query?: string] {
  const question = url.indexOf('?');
  return question < 0 ? [url] : [url.slice(0, question), url.slice(question + 1)];
}
