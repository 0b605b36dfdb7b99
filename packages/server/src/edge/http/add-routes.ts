import type { Auth } from '../../features/auth/create-auth.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Guards } from './guards.ts';
import type { HttpInstance } from './http-instance.ts';
import type { PageFile } from './page-files.ts';
import type { ForeignIssuerName } from './routes/foreign-issuer.ts';
import { addHealthRoutes, type HealthSource } from './routes/health-routes.ts';
import { addKeyRoutes } from './routes/key-routes.ts';
import { addLandingRoutes } from './routes/landing-routes.ts';
import { addMetricsRoutes, type RenderMetrics } from './routes/metrics-routes.ts';
import { addPageRoutes } from './routes/page-routes.ts';
import { addPublishRoutes, type Publish } from './routes/publish-routes.ts';
import { addRevocationRoutes } from './routes/revocation-routes.ts';
import { addSessionRoutes } from './routes/session-routes.ts';
import { addSignupRoutes } from './routes/signup-routes.ts';
import { addUserChangeRoutes } from './routes/user-change-routes.ts';
import { addUserRoutes } from './routes/user-routes.ts';
import { addWebSocketRoutes } from './routes/websocket-routes.ts';

export interface RoutesDependencies {
  readonly auth: Pick<Auth, 'authenticator' | 'passwordLogin' | 'sessions' | 'users' | 'signup' | 'keys' | 'trail'>;
  readonly clock: Clock;
  readonly health: HealthSource;
  readonly publish: Publish;
  readonly renderMetrics: RenderMetrics;
  /** Configured foreign issuers. */
  readonly foreignIssuers: readonly ForeignIssuerName[];
  /** Refused tokens and keys per address and second that are still explained; beyond it 429. */
  readonly refusalsPerSecond: number;
  /** The web page; without it `GET /` answers as data. */
  readonly page?: readonly PageFile[] | undefined;
}

/** Adds every route of the HTTP API. */
export function addRoutes(app: HttpInstance, dependencies: RoutesDependencies): void {
  const { auth, clock, health, publish, renderMetrics, foreignIssuers, refusalsPerSecond, page } = dependencies;
  const { authenticator, keys, trail, users, sessions, passwordLogin, signup } = auth;
  const authenticate = (token: unknown) => authenticator.authenticate(token);
  const guards = new Guards({ authenticate, keys, trail, clock, refusalsPerSecond });
  if (page === undefined) addLandingRoutes(app);
  else addPageRoutes(app, page);
  addHealthRoutes(app, { guards, health });
  addMetricsRoutes(app, { guards, renderMetrics });
  addSessionRoutes(app, { guards, passwordLogin, sessions });
  addRevocationRoutes(app, { guards, sessions });
  addSignupRoutes(app, { signup });
  addUserRoutes(app, { guards, users, foreignIssuers });
  addUserChangeRoutes(app, { guards, users });
  addKeyRoutes(app, { guards, keys });
  addWebSocketRoutes(app);
  addPublishRoutes(app, { guards, publish });
}
