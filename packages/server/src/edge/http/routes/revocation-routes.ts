import { z } from 'zod';
import type { Sessions } from '../../../features/auth/sessions.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';
import { requesterOf } from '../sender.ts';

const revocation = z.object({
  /** One token by its `jti`, one session by its `sid`, or all that a user was issued until now. */
  kind: z.enum(['token', 'session', 'user']),
  id: z.string().min(1).max(512),
  /** Of a token: its `exp`. Without it the revocation is kept for good. */
  expires_at: z.iso.datetime().optional(),
});

export interface RevocationRoutesDependencies {
  readonly guards: Guards;
  readonly sessions: Sessions;
}

/** `POST /v1/revocations`: end tokens before their time, here and on live connections. */
export function addRevocationRoutes(app: HttpInstance, dependencies: RevocationRoutesDependencies): void {
  const { guards, sessions } = dependencies;
  const options = { onRequest: guards.adminOr('sessions:write'), schema: { body: revocation } };
  app.post('/v1/revocations', options, async (request, reply) => {
    const { kind, id, expires_at: expiresAt } = request.body;
    const by = requesterOf(request.sender, request.client.address);
    if (kind === 'user') await sessions.endAll(id, by);
    else if (kind === 'session') await sessions.endById(id, by);
    else await sessions.endToken(id, expiresAt === undefined ? null : Date.parse(expiresAt), by);
    return reply.code(204).send();
  });
}
