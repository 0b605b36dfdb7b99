import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVerifier, type SigningKey } from '@parley/tokens';
import { openSigningKey, readVerificationKey } from './adapters/files/signing-key-file.ts';
import { MemoryBus } from './adapters/memory/bus.ts';
import { openStorage, type SqliteStorage } from './adapters/sqlite/open-storage.ts';
import { createAddressMatcher } from './config/address-ranges.ts';
import { foreignIssuers } from './config/foreign-issuers.ts';
import type { Config } from './config/normalize.ts';
import { createOriginRule } from './config/origin-rule.ts';
import { Admission } from './edge/admission.ts';
import type { EdgeContext } from './edge/edge-context.ts';
import { addRoutes } from './edge/http/add-routes.ts';
import { createHttpApp, type HttpApp } from './edge/http/create-http-app.ts';
import { listPageFiles } from './edge/http/page-files.ts';
import { HttpGateway } from './edge/http-gateway.ts';
import { Listener } from './edge/listener.ts';
import { onOwnerFault } from './edge/socket-owner.ts';
import { TlsIdentity } from './edge/tls-identity.ts';
import { redirectToTls } from './edge/tls-redirect.ts';
import { UpgradeHandler } from './edge/websocket/upgrade-handler.ts';
import { type Auth, createAuth } from './features/auth/create-auth.ts';
import type { FirstAdmin } from './features/auth/first-admin.ts';
import { createChatFeature } from './features/chat/chat-feature.ts';
import { createTopicsFeature, type TopicsFeature } from './features/topics/topics-feature.ts';
import { AppError } from './kernel/app-error.ts';
import { systemClock } from './kernel/clock.ts';
import { Releasers } from './kernel/lifecycle.ts';
import type { Log } from './kernel/log.ts';
import { type Administration, createAdministration } from './ops/administration.ts';
import { ControlSocket } from './ops/control-socket.ts';
import { Health, type HealthCheck } from './ops/health.ts';
import { Metrics } from './ops/metrics.ts';
import type { Authenticate } from './ports/authenticate.ts';
import { drainConnections } from './session/drain.ts';
import { HandshakeCounters } from './session/handshake-counters.ts';
import { createSessionCommands } from './session/session-commands.ts';
import { SessionLayer } from './session/session-layer.ts';
import { advertisedLimits, createSessionOptions } from './session/session-options.ts';

export { readVerificationKey };

/** What the last bytes may take to leave once every connection was told to. */
const LINGER_MS = 1000;

/** What needs no listener: storage, accounts, tokens. Commands work on it when no server runs. */
export interface Core {
  readonly storage: SqliteStorage;
  readonly bus: MemoryBus;
  readonly auth: Auth;
  readonly administration: Administration;
}

/** Opens the core; what was acquired is undone by `releasers`. @throws AppError with the reason and the remedy */
export async function openCore(config: Config, log: Log, releasers: Releasers): Promise<Core> {
  let signingKey: SigningKey | undefined;
  const storage = await openStorage({
    directory: config.dataDir,
    synchronous: config.storageSynchronous,
    queueMax: config.storageQueueMax,
    batchMax: config.storageBatchMax,
    batchMaxBytes: config.storageBatchBytes,
    log: log.child({ part: 'storage' }),
    auditKey: async () => {
      signingKey = await openSigningKey(config.dataDir);
      return signingKey;
    },
    onCheckpoint: (checkpoint) => log.info({ audit: checkpoint }, 'audit checkpoint'),
  });
  releasers.add(() => storage.stop());
  signingKey ??= await openSigningKey(config.dataDir);
  const bus = new MemoryBus();
  const verifier = createVerifier({
    own: { keys: [signingKey.verificationKey] },
    foreign: foreignIssuers(config),
    leewaySeconds: config.tokenLeewayS,
    cache: { maxEntries: config.tokenCacheEntries },
  });
  const auth = createAuth(
    { accounts: storage.accounts, audit: storage.audit, bus, clock: systemClock, log: log.child({ part: 'auth' }) },
    {
      verifier,
      signingKey,
      leewaySeconds: config.tokenLeewayS,
      accessTokenTtlSeconds: config.accessTokenTtlS,
      refreshTokenTtlSeconds: config.refreshTokenTtlS,
      loginAttempts: config.loginAttempts,
      isSignupOpen: config.signup === 'open',
    },
  );
  await auth.service.start();
  releasers.add(() => auth.service.stop());
  const administration = createAdministration({ auth, accounts: storage.accounts, audit: storage.audit, signingKey });
  return { storage, bus, auth, administration };
}

/** A server that accepts connections. */
export interface RunningServer {
  /** Where it listens. */
  readonly address: { readonly host: string; readonly port: number };
  readonly isTls: boolean;
  /** Set when this start made the first administrator; to be shown once. */
  readonly firstAdmin: FirstAdmin | undefined;
  /**
   * Drains: not ready, no new connections, everybody sent away over DRAIN_MS with a hint when to return, then everything
   * is written and closed. `force` ends the waiting.
   */
  stop(reason: string, force: AbortSignal): Promise<void>;
}

/** Builds and starts the whole server. @throws AppError with the reason and the remedy */
export async function startServer(config: Config, log: Log, version: string): Promise<RunningServer> {
  const releasers = new Releasers();
  try {
    return await assemble(config, log, version, releasers);
  } catch (failure) {
    await releasers.releaseAll().catch((again: unknown) => log.error({ err: again }, 'cleaning up failed'));
    throw failure;
  }
}

async function assemble(config: Config, log: Log, version: string, releasers: Releasers): Promise<RunningServer> {
  const tls = await openTls(config, log, releasers);
  const core = await openCore(config, log, releasers);
  const firstAdmin = await core.auth.createFirstAdmin({ username: config.adminUsername });
  const { session, topics, flush } = createSession(config, log, core, releasers);
  const health = new Health([() => storageCheck(core.storage.health())]);
  const edge = createEdgeContext(config, log, session, health);
  const metrics = new Metrics({
    session,
    edge: edge.counters,
    unauthenticated: () => edge.admission.total,
    storage: () => core.storage.health(),
    version,
  });
  releasers.add(() => metrics.stop());
  const { listener, http } = await openPort({ config, log, core, edge, topics, health, metrics, tls, releasers });
  const control = new ControlSocket(config.dataDir, core.administration, log.child({ part: 'control' }));
  await control.start();
  releasers.add(() => control.stop());
  await listener.start();
  health.enter('serving');
  const { address: host, port } = listener.address;
  await auditLife(core, 'sys_startup', { version, port });
  return {
    address: { host, port },
    isTls: tls !== undefined,
    firstAdmin,
    stop: async (reason, force) => {
      health.enter('draining');
      flush();
      await drainConnections(session.hub, config.drainMs, force);
      const closed = listener.stop();
      await http.stop();
      // close frames and last answers are on their way; peers that keep silent are not waited for
      await Promise.race([closed, sleep(LINGER_MS, undefined, { ref: false })]);
      await auditLife(core, 'sys_shutdown', { reason });
      await releasers.releaseAll();
    },
  };
}

async function openTls(config: Config, log: Log, releasers: Releasers): Promise<TlsIdentity | undefined> {
  if (config.tlsCert === undefined || config.tlsKey === undefined) return undefined;
  const tls = await TlsIdentity.open({ certPath: config.tlsCert, keyPath: config.tlsKey }, log.child({ part: 'tls' }));
  releasers.add(() => tls.close());
  return tls;
}

/** The features and the session layer above them. `flush` tells what features still hold back. */
function createSession(config: Config, log: Log, { storage, auth, bus }: Core, releasers: Releasers) {
  const chat = createChatFeature({ chatLog: storage.chatLog, bus, limits: config });
  const topics = createTopicsFeature({ bus });
  const session = new SessionLayer({
    options: createSessionOptions(config),
    handlers: {
      ...auth.handlers,
      ...chat.handlers,
      ...topics.handlers,
      ...createSessionCommands({
        chatLog: storage.chatLog,
        clock: systemClock,
        limits: advertisedLimits(config),
        heartbeatMs: config.heartbeatMs,
      }),
    },
    replaySource: chat.replaySource,
    bus,
    clock: systemClock,
    log: log.child({ part: 'session' }),
  });
  releasers.add(() => session.stop());
  const applyRevocation = bus.subscribe((event) => {
    if (event.kind === 'revocation') auth.revocations.apply(event.revocation);
  });
  releasers.add(applyRevocation);
  return { session, topics, flush: () => chat.flush() };
}

function createEdgeContext(config: Config, log: Log, session: SessionLayer, health: Health): EdgeContext {
  const edgeLog = log.child({ part: 'edge' });
  onOwnerFault((failure) => edgeLog.error({ err: failure }, 'a connection found a fault of the server'));
  const caps = { maxPerAddress: config.unauthenticatedPerAddress, maxTotal: config.unauthenticatedTotal };
  return {
    options: config,
    clock: systemClock,
    wheel: session.wheel,
    log: edgeLog,
    session,
    admission: new Admission({ ...caps, log: edgeLog }),
    counters: new HandshakeCounters(),
    isDraining: () => health.stage === 'draining',
  };
}

/** What the one port is built from. */
interface PortParts {
  readonly config: Config;
  readonly log: Log;
  readonly core: Core;
  readonly edge: EdgeContext;
  readonly topics: TopicsFeature;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly tls: TlsIdentity | undefined;
  readonly releasers: Releasers;
}

async function openPort(parts: PortParts): Promise<{ readonly listener: Listener; readonly http: HttpApp }> {
  const { config, log, core, edge, topics, health, metrics, tls, releasers } = parts;
  const host = await resolveHost(config.host);
  const rule = createOriginRule(config, { address: host });
  const isTrustedProxy = createAddressMatcher(config.trustedProxies);
  const authenticate: Authenticate = (token) => core.auth.authenticator.authenticate(token);
  const cookie = { isCookieOn: config.authCookie, cookieName: config.authCookieName };
  const upgrades = new UpgradeHandler(edge, { ...rule, isTrustedProxy, ...cookie }, authenticate);
  const issuers = foreignIssuers(config).map(({ name, prefix = '' }) => ({ name, prefix }));
  const http = createHttpApp(
    {
      policy: rule,
      clientOf: (request) => gateway.clientOf(request, isTrustedProxy),
      log: log.child({ part: 'http' }),
      clock: systemClock,
      addRoutes: (app) =>
        addRoutes(app, {
          auth: core.auth,
          clock: systemClock,
          health,
          publish: (topic, data) => topics.publish(topic, data),
          renderMetrics: () => metrics.render(),
          foreignIssuers: issuers,
          refusalsPerSecond: config.tokenRefusalRate,
          page: config.isProduction ? undefined : listPageFiles({ isSignupOpen: config.signup === 'open' }),
        }),
      observe: (answered) => metrics.observeHttp(answered),
    },
    {
      headersTimeoutMs: config.handshakeTimeoutMs,
      requestTimeoutMs: config.handshakeTimeoutMs,
      bodyMaxBytes: config.payloadMaxBytes,
      drainMs: config.drainMs,
    },
  );
  const gateway = new HttpGateway(upgrades, http.server);
  await http.start();
  releasers.add(() => http.stop());
  const listener = new Listener({ host, port: config.port }, edge, {
    tls,
    isTrustedProxy,
    isPlainAllowed: (address) => config.tlsPlain === 'allow' || isTrustedProxy(address),
    serveHttp: (socket, peer, firstBytes) => gateway.serve(socket, peer, firstBytes),
    redirectToTls: (socket, firstBytes) => redirectToTls(socket, firstBytes, rule.isAllowedHost),
  });
  return { listener, http };
}

/** The address that HOST stands for. @throws AppError `address_unavailable` */
async function resolveHost(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new AppError('address_unavailable', { message: `HOST is ${host}, and no address is known for it.`, cause });
  }
}

function storageCheck({ isWritable, lastError }: ReturnType<SqliteStorage['health']>): HealthCheck {
  return {
    name: 'storage',
    isOk: isWritable,
    detail: isWritable ? 'The storage can write.' : (lastError ?? 'unknown'),
  };
}

/** The server's own part in the audit log; a storage that cannot write does not keep it from stopping. */
async function auditLife(
  core: Core,
  action: string,
  details: Readonly<Record<string, string | number>>,
): Promise<void> {
  await core.storage.audit
    .append({ actor: { kind: 'system' }, action, outcome: 'success', details })
    .catch((failure: unknown) => (action === 'sys_shutdown' ? undefined : Promise.reject(failure)));
}
