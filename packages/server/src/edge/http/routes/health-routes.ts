import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../kernel/app-error.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';

/** What the health endpoints tell. */
export interface HealthSource {
  readonly isStarted: boolean;
  /** The first is the stage of the server's life. */
  checks(): readonly { readonly name: string; readonly isOk: boolean; readonly detail: string }[];
}

export interface HealthRoutesDependencies {
  readonly guards: Guards;
  readonly health: HealthSource;
}

/**
 * `/livez` (the event loop turns), `/readyz` (the next request can be served), `/startupz` (the start is over). Public;
 * with `?verbose` each check is listed, for administrators.
 */
export function addHealthRoutes(app: HttpInstance, { guards, health }: HealthRoutesDependencies): void {
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    if (isVerbose(request)) await guards.admin(request);
  };
  app.get('/livez', { onRequest }, async (request, reply) => answer(request, reply, health));
  app.get('/readyz', { onRequest }, async (request, reply) => answer(request, reply, health, unreadiness(health)));
  app.get('/startupz', { onRequest }, async (request, reply) =>
    answer(request, reply, health, health.isStarted ? undefined : new AppError('draining', STARTING)),
  );
}

const STARTING = { message: 'The server is still starting.', remedy: 'Ask again in a moment.', retryAfterMs: 1000 };

function answer(request: FastifyRequest, reply: FastifyReply, health: HealthSource, problem?: AppError): unknown {
  const status = problem === undefined ? 'ok' : 'unavailable';
  if (isVerbose(request)) {
    const checks = health.checks().map(({ name, isOk, detail }) => ({ name, ok: isOk, detail }));
    return reply.code(problem?.row.http ?? 200).send({ status, checks });
  }
  if (problem !== undefined) throw problem;
  return { status };
}

function unreadiness(health: HealthSource): AppError | undefined {
  const [stage, ...rest] = health.checks();
  if (stage !== undefined && !stage.isOk) {
    return new AppError('draining', { message: 'The server is starting or shutting down.', retryAfterMs: 1000 });
  }
  if (rest.every(({ isOk }) => isOk)) return undefined;
  return new AppError('storage_unavailable', {
    message: 'Something that the server depends on is not working.',
    remedy: 'Administrators see what it is: /readyz?verbose.',
    retryAfterMs: 1000,
  });
}

function isVerbose({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && 'verbose' in query;
}
