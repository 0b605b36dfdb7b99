import { fields } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Users } from '../../../features/auth/users.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';
import { isAdminSender, requesterOf, type Sender } from '../sender.ts';

const params = z.object({ id: fields.userId });
const passwordChange = z.object({
  password: z.string(),
  /** Needed of people who change their own. */
  current_password: z.string().max(1024).optional(),
});

export interface UserChangeRoutesDependencies {
  readonly guards: Guards;
  readonly users: Users;
}

/** `/v1/users/:id/...`: set a password, disable, enable. */
export function addUserChangeRoutes(app: HttpInstance, dependencies: UserChangeRoutesDependencies): void {
  const { guards, users } = dependencies;

  const password = { params, body: passwordChange };
  app.post('/v1/users/:id/password', { onRequest: guards.known, schema: password }, async (request, reply) => {
    const { id } = request.params;
    const { password: next, current_password: present } = request.body;
    const by = requesterOf(request.sender, request.client.address);
    if (isOwn(request.sender, id)) {
      if (present === undefined) throw new AppError('invalid_fields', { message: 'current_password: is missing.' });
      await users.changePassword(id, present, next, by);
    } else {
      await assertMayChange(request, id, dependencies);
      await users.setPassword(id, next, by);
    }
    return reply.code(204).send();
  });

  for (const action of ['disable', 'enable'] as const) {
    const options = { onRequest: guards.adminOr('users:write'), schema: { params } };
    app.post(`/v1/users/:id/${action}`, options, async (request, reply) => {
      const { id } = request.params;
      if (isOwn(request.sender, id)) {
        throw new AppError('forbidden', {
          message: 'You cannot disable yourself.',
          remedy: 'Ask another administrator.',
        });
      }
      await assertMayChange(request, id, dependencies);
      await users[action](id, requesterOf(request.sender, request.client.address));
      return reply.code(204).send();
    });
  }
}

function isOwn(sender: Sender, userId: string): boolean {
  return sender.kind === 'user' && sender.identity.userId === userId;
}

/**
 * Administrators may change anybody. A key may change users without roles only: with the password of an administrator it
 * would be one.
 * @throws AppError `forbidden`, `scope_missing`, `user_not_found`
 */
async function assertMayChange(
  request: FastifyRequest,
  userId: string,
  { guards, users }: UserChangeRoutesDependencies,
): Promise<void> {
  await guards.assertMay(request, 'users:write');
  if (isAdminSender(request.sender) || (await users.get(userId)).roles.length === 0) return;
  throw await guards.forbid(
    request,
    new AppError('forbidden', { message: 'A key may not change users who have roles.' }),
  );
}
