import { COMMANDS, fields } from '@parley/protocol';
import { z } from 'zod';
import type { PasswordLogin } from '../../../features/auth/password-login.ts';
import { sessionPayload } from '../../../features/auth/session-grant.ts';
import type { Sessions } from '../../../features/auth/sessions.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';
import { identityOfSender, requesterOf } from '../sender.ts';

const listedSession = z.object({
  id: z.string(),
  created_at: fields.timestamp,
  /** When its refresh token ends. */
  expires_at: fields.timestamp,
  user_agent: z.string().nullable(),
  /** Whether it is the session of the token that asks. */
  current: z.boolean(),
});

export interface SessionRoutesDependencies {
  readonly guards: Guards;
  readonly passwordLogin: PasswordLogin;
  readonly sessions: Sessions;
}

/** `/v1/sessions`: sign in, refresh, sign out, list, end. */
export function addSessionRoutes(app: HttpInstance, dependencies: SessionRoutesDependencies): void {
  const { guards, passwordLogin, sessions } = dependencies;

  const login = { body: COMMANDS.login.fields, response: { 201: fields.session } };
  app.post('/v1/sessions', { schema: login }, async (request, reply) => {
    const { address } = request.client;
    const userAgent = request.headers['user-agent'] ?? null;
    const grant = await passwordLogin.login({ ...request.body, address, userAgent });
    return reply.code(201).send(sessionPayload(grant));
  });

  const refresh = { body: COMMANDS.refresh.fields, response: { 200: fields.session } };
  app.post('/v1/sessions/refresh', { schema: refresh }, async (request) =>
    sessionPayload(await sessions.refresh(request.body.refresh_token, request.client.address)),
  );

  app.delete('/v1/sessions/current', { onRequest: guards.user }, async (request, reply) => {
    await sessions.logout(identityOfSender(request.sender), requesterOf(request.sender, request.client.address));
    return reply.code(204).send();
  });

  const list = { response: { 200: z.object({ sessions: z.array(listedSession) }) } };
  app.get('/v1/sessions', { onRequest: guards.user, schema: list }, async (request) => {
    const { userId, sessionId } = identityOfSender(request.sender);
    const found = await sessions.list(userId);
    return {
      sessions: found.map((session) => ({
        id: session.id,
        created_at: new Date(session.createdAtMs).toISOString(),
        expires_at: new Date(session.expiresAtMs).toISOString(),
        user_agent: session.userAgent,
        current: session.id === sessionId,
      })),
    };
  });

  const end = { params: z.object({ id: z.string().max(64) }) };
  app.delete('/v1/sessions/:id', { onRequest: guards.user, schema: end }, async (request, reply) => {
    const { userId } = identityOfSender(request.sender);
    await sessions.end(userId, request.params.id, requesterOf(request.sender, request.client.address));
    return reply.code(204).send();
  });
}
