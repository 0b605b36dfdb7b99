import { connect, createServer, type Socket } from 'node:net';
import { createTestAuth, PASSWORD, SOMEBODY, type TestAuth } from '../../../features/auth/testing/test-auth.ts';
import { addRoutes, type RoutesDependencies } from '../add-routes.ts';
import { type AnsweredRequest, createHttpApp, type HttpApp, type HttpAppOptions } from '../create-http-app.ts';
import type { HttpClient } from '../http-client.ts';
import type { HttpInstance } from '../http-instance.ts';

/** The host that the tests' server answers to. */
export const HOST = 'chat.example';
/** The origin whose pages may use it. */
export const ORIGIN = 'https://app.example';

/** The HTTP application on fakes. */
export interface TestHttpApp extends AsyncDisposable {
  readonly app: HttpApp;
  readonly auth: TestAuth;
  /** Where requests come from; may be changed. */
  readonly client: { -readonly [K in keyof HttpClient]: HttpClient[K] };
  readonly answered: AnsweredRequest[];
  /** Sends a request; `as` is a token or key. Without `host`, to the right host. */
  send(
    method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS' | 'HEAD' | 'PUT',
    url: string,
    more?: { readonly as?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): ReturnType<typeof request>;
  /** A token of a user who was made for it. */
  tokenOf(username: string, roles?: readonly string[]): Promise<string>;
  keyWith(...scopes: readonly string[]): Promise<string>;
}

interface Changes {
  readonly options?: HttpAppOptions;
  readonly auth?: Parameters<typeof createTestAuth>[0];
  readonly routes?: Partial<RoutesDependencies>;
  readonly moreRoutes?: (app: HttpInstance) => void;
}

/** Builds the application for a test. */
export function createTestHttpApp(changes: Changes = {}): TestHttpApp {
  const auth = createTestAuth(changes.auth);
  const client = { address: '203.0.113.7', isTls: false };
  const answered: AnsweredRequest[] = [];
  const app = createHttpApp(
    {
      policy: {
        isAllowedHost: (host) => host === HOST,
        isAllowedOrigin: (origin) => origin === undefined || origin === ORIGIN,
      },
      clientOf: () => client,
      log: auth.log,
      clock: auth.clock,
      observe: (each) => answered.push(each),
      addRoutes: (instance) => {
        addRoutes(instance, { ...routesOf(auth), ...changes.routes });
        changes.moreRoutes?.(instance);
      },
    },
    changes.options,
  );
  return {
    app,
    auth,
    client,
    answered,
    send: (method, url, more = {}) => request(app, method, url, more),
    tokenOf: async (username, roles = []) => {
      await auth.users.create({ username, password: PASSWORD, roles }, SOMEBODY);
      const from = { address: client.address, userAgent: null };
      return (await auth.passwordLogin.login({ username, password: PASSWORD, ...from })).accessToken;
    },
    keyWith: async (...scopes) => (await auth.keys.create({ name: 'test', scopes }, SOMEBODY)).secret,
    [Symbol.asyncDispose]: () => app.stop(),
  };
}

function routesOf(auth: TestAuth): RoutesDependencies {
  return {
    auth,
    clock: auth.clock,
    health: { isStarted: true, checks: () => [{ name: 'stage', isOk: true, detail: 'The server is serving.' }] },
    publish: (topic) => ({ topic, epoch: 'e1', offset: 1 }),
    renderMetrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'parley_build_info 1\n' }),
    foreignIssuers: [{ name: 'shop', prefix: '' }],
    refusalsPerSecond: 10,
  };
}

function request(
  app: HttpApp,
  method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS' | 'HEAD' | 'PUT',
  url: string,
  more: { readonly as?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) {
  const authorization = more.as === undefined ? {} : { authorization: `Bearer ${more.as}` };
  return app.inject({
    method,
    url,
    headers: { host: HOST, ...authorization, ...more.headers },
    ...(more.body === undefined ? {} : { payload: more.body as object }),
  });
}

/** A client connected to the application through sockets that are handed over, as the one port does. */
export async function connectTo(app: HttpApp, firstBytes = Buffer.alloc(0)): Promise<Socket> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (firstBytes.length > 0) socket.unshift(firstBytes);
    app.server.emit('connection', socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.once('close', () => listener.close());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Everything a socket receives until the other side ends it. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await new Promise<void>((resolve) => {
    socket.once('end', resolve);
    socket.once('close', resolve);
  });
  socket.destroy();
  return text;
}

/** What a socket receives until the text has come. */
export async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += (chunk as Buffer).toString('latin1');
    if (text.includes(wanted)) return text;
  }
  throw new Error(`The connection ended before ${JSON.stringify(wanted)} came: ${text}`);
}
