import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../kernel/app-error.ts';
import { headerValues } from '../websocket/header-fields.ts';

/** Which names this server answers to, and pages of which origins may use it; the same as for WebSocket. */
export interface RequestPolicy {
  isAllowedHost(host: string | undefined): boolean;
  isAllowedOrigin(origin: string | undefined, host: string | undefined, scheme?: 'http' | 'https'): boolean;
}

/** What pages of other origins may send and read. Cookies are not used, so credentials are not allowed. */
const CORS_METHODS = 'GET, HEAD, POST, DELETE';
const CORS_REQUEST_HEADERS = 'authorization, content-type';
const CORS_RESPONSE_HEADERS = 'x-parley, retry-after, allow';
const CORS_MAX_AGE_S = '600';

/** Applies the Host rule and the Origin rule to a request. @throws AppError `host_not_allowed`, `origin_not_allowed` */
export function checkOrigin(policy: RequestPolicy, request: FastifyRequest, reply: FastifyReply): void {
  const hosts = headerValues(request.raw.rawHeaders, 'host');
  const origins = headerValues(request.raw.rawHeaders, 'origin');
  const [host] = hosts;
  const [origin] = origins;
  // two names: whoever looked before us may have looked at the other
  const isOneName = hosts.length === 1 && [undefined, host].includes(authorityOf(request.raw.url ?? ''));
  if (!isOneName || !policy.isAllowedHost(host)) throw new AppError('host_not_allowed');
  const scheme = request.client.isTls ? 'https' : undefined;
  if (origins.length > 1 || !policy.isAllowedOrigin(origin, host, scheme)) throw new AppError('origin_not_allowed');
  reply.header('vary', 'origin');
  if (origin === undefined) return;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': CORS_RESPONSE_HEADERS,
  });
}

/** The host that an address in absolute form names; it would count in place of `Host` (RFC 9112 section 3.2.2). */
function authorityOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
}

/** Whether a request asks, on behalf of a page, if another request may be sent (Fetch standard, CORS-preflight). */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Answers a preflight of an allowed origin. */
export function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': CORS_METHODS,
      'access-control-allow-headers': CORS_REQUEST_HEADERS,
      'access-control-max-age': CORS_MAX_AGE_S,
    })
    .send();
}
