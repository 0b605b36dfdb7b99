import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../kernel/log.ts';
import { IDENTITY_HEADER, identityHeader, problemOf } from '../http-refusal.ts';
import { toAppError } from './to-app-error.ts';

/** Answers a request with a problem (RFC 9457), whatever was thrown, and logs it as loudly as the catalogue says. */
export function replyWithProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const { error, status } = toAppError(thrown);
  const { level } = error.row;
  if (level !== 'silent') {
    const facts = { trace: request.id, method: request.method, route: request.routeOptions.url, code: error.code };
    log[level]({ ...facts, err: error.cause }, error.message);
  }
  request.refusal = error.code;
  reply.header(IDENTITY_HEADER, identityHeader('http', error.code, request.id));
  if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  // RFC 9110 section 15.5.2 wants a challenge
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="parley"');
  // what is left of a body that nobody wants is not read for the sake of the connection
  if (!request.raw.complete) reply.header('connection', 'close');
  reply.header('content-type', 'application/problem+json');
  // bytes, because fastify would add a charset to a text, which this type does not have
  return reply.code(status).send(Buffer.from(JSON.stringify(problemOf(error, status, request.id))));
}
