import type { Server } from 'node:http';
import helmet from '@fastify/helmet';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createId } from '../../kernel/ids.ts';
import type { Service } from '../../kernel/lifecycle.ts';
import type { Log } from '../../kernel/log.ts';
import { IDENTITY_HEADER, identityHeader } from '../http-refusal.ts';
import { AllowedMethods } from './allowed-methods.ts';
import { ClientErrors } from './client-error.ts';
import type { ClientOf } from './http-client.ts';
import type { HttpInstance } from './http-instance.ts';
import { createHttpServer, type HttpServerOptions } from './http-server.ts';
import { parseJsonBody } from './json-body.ts';
import { OpenRequests } from './open-requests.ts';
import { replyWithProblem } from './problem-reply.ts';
import { answerPreflight, checkOrigin, isPreflight, type RequestPolicy } from './request-rules.ts';
import { ANONYMOUS } from './sender.ts';

export interface HttpAppOptions extends HttpServerOptions {
  /** Largest body. Default 65,536. */
  readonly bodyMaxBytes?: number;
  /** How long `stop` waits for answers on their way. Default 5,000. */
  readonly drainMs?: number;
}

/** One answered request, for metrics. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, from a closed list; `none` when there is no such address. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface HttpAppDependencies {
  readonly policy: RequestPolicy;
  readonly clientOf: ClientOf;
  readonly log: Log;
  readonly clock: Clock;
  /** Adds the routes. */
  readonly addRoutes: (app: HttpInstance) => void;
  /** Told of each request that was answered. */
  readonly observe?: (request: AnsweredRequest) => void;
}

/** The HTTP side of the one port. */
export interface HttpApp extends Service {
  /** Takes sockets by `emit('connection', socket)`; it never listens itself. */
  readonly server: Server;
  /** Answers a request without a socket; for tests. */
  readonly inject: HttpInstance['inject'];
}

/**
 * Builds the HTTP application. The way of a request, and where it may end:
 *
 *     parser ─ Host, Origin ─ preflight ─ address, method ─ guard of the route ─ body ─ schema ─ handler ─ answer
 *       400        403           204          404, 405          401, 403        413,400   400      any
 *
 * Whatever ends it answers in one form (see replyWithProblem), and every answer carries `x-parley`.
 */
export function createHttpApp(dependencies: HttpAppDependencies, options: HttpAppOptions = {}): HttpApp {
  const { log } = dependencies;
  const clientErrors = new ClientErrors(log);
  const openRequests = new OpenRequests();
  const app = fastify({
    serverFactory: (handler) => createHttpServer(handler, options),
    clientErrorHandler: (fault, socket) => clientErrors.refuse(fault, socket),
    frameworkErrors: (fault, request, reply) => refuseAddress(fault, request, reply, dependencies),
    bodyLimit: options.bodyMaxBytes ?? 65_536,
    genReqId: () => createId('trc'),
    // draining is refused below, in our own form
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((thrown, request, reply) => replyWithProblem(thrown, request, reply, log));
  // before fastify: its hooks may run later than a fault in the bytes behind the request
  app.server.prependListener('request', (request, answer) => {
    openRequests.add(answer);
    clientErrors.watch(request, answer);
  });
  acceptJsonOnly(app);
  addHooks(app, dependencies, openRequests);
  dependencies.addRoutes(app);
  return {
    name: 'http',
    server: app.server,
    inject: app.inject.bind(app),
    start: async () => {
      await app.ready();
    },
    stop: () => stop(app, openRequests, options.drainMs ?? 5000),
  };
}

function acceptJsonOnly(app: HttpInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as string));
    } catch (failure) {
      done(failure as Error);
    }
  });
}

function addHooks(app: HttpInstance, dependencies: HttpAppDependencies, openRequests: OpenRequests): void {
  const methods = new AllowedMethods();
  app.addHook('onRoute', ({ method, url }) => methods.add(method, url));
  for (const name of ['client', 'sender', 'startedAtMs', 'refusal'] as const) app.decorateRequest(name, null as never);
  app.register(helmet, SECURITY_HEADERS);
  app.addHook('onRequest', async (request, reply) => {
    prepare(request, dependencies);
    reply.raw.once('close', () => tell(request, reply.statusCode, dependencies));
    reply.headers({ [IDENTITY_HEADER]: identityHeader('http', 'ok', request.id), 'cache-control': 'no-store' });
    if (openRequests.isDraining) throw refuseToStay(reply);
    checkOrigin(dependencies.policy, request, reply);
    if (isPreflight(request)) return answerPreflight(reply);
    if (request.is404) throw unknownAddress(methods.of(request.url.split('?')[0] ?? ''), reply);
    return undefined;
  });
  app.setNotFoundHandler(() => {
    throw new AppError('not_found');
  });
}

/** Answers an address that cannot be routed, for which fastify runs no hooks; the rules hold there too. */
function refuseAddress(
  fault: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  dependencies: HttpAppDependencies,
): void {
  let refusal: unknown = fault;
  prepare(request, dependencies);
  reply.raw.once('close', () => tell(request, reply.statusCode, dependencies));
  reply.header('cache-control', 'no-store');
  try {
    checkOrigin(dependencies.policy, request, reply);
  } catch (ruled) {
    refusal = ruled;
  }
  replyWithProblem(refusal, request, reply, dependencies.log);
}

/** Answers are data, never pages. HSTS is left to whoever owns the host name: it would bind every port of it. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: false,
} as const;

function prepare(request: FastifyRequest, { clientOf, clock }: HttpAppDependencies): void {
  request.client = clientOf(request.raw);
  request.sender = ANONYMOUS;
  request.startedAtMs = clock.monotonic();
  request.refusal = undefined;
}

/** Tells the log and the metrics about an answered request: its route's pattern, never its address or query. */
function tell(request: FastifyRequest, status: number, { clock, log, observe }: HttpAppDependencies): void {
  const { method, id: trace, client, refusal } = request;
  const route = request.routeOptions.url ?? 'none';
  const durationMs = clock.monotonic() - request.startedAtMs;
  log.debug({ trace, method, route, status, code: refusal, durationMs, address: client.address }, 'http request');
  observe?.({ method, route, status, durationMs });
}

function refuseToStay(reply: FastifyReply): AppError {
  reply.header('connection', 'close');
  return new AppError('draining', { retryAfterMs: 1000 });
}

function unknownAddress(allowedMethods: readonly string[], reply: FastifyReply): AppError {
  if (allowedMethods.length === 0) return new AppError('not_found');
  reply.header('allow', allowedMethods.join(', '));
  return new AppError('method_not_allowed');
}

async function stop(app: HttpInstance, openRequests: OpenRequests, drainMs: number): Promise<void> {
  app.server.closeIdleConnections();
  await openRequests.drain(drainMs);
  app.server.close();
  app.server.closeAllConnections();
  await app.close();
}
