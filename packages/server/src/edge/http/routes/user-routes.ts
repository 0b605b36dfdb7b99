import { fields } from '@parley/protocol';
import { z } from 'zod';
import { ENSURE_MAX_USERS, type Users } from '../../../features/auth/users.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';
import { isAdminSender, requesterOf } from '../sender.ts';
import { type ForeignIssuerName, issuerOf } from './foreign-issuer.ts';
import { administeredUser, describeUser } from './user-view.ts';

const BULK_MAX_BYTES = 1024 * 1024;
const PAGE_MAX = 200;

const localUser = z.object({
  username: z.string(),
  password: z.string(),
  name: z.string().optional(),
  roles: z.array(z.string().min(1).max(64)).max(32).optional(),
});
const foreignUsers = z.object({
  users: z.array(z.object({ id: z.string(), name: z.string().optional() })).max(ENSURE_MAX_USERS),
  /** The configured issuer; may be left out while there is only one. */
  issuer: z.string().optional(),
});
const query = z.object({
  /** Beginning of a user name or name; all users when absent. */
  query: z.string().trim().min(1).max(64).optional(),
  after: fields.userId.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
const page = z.object({ users: z.array(administeredUser), complete: z.boolean(), next: z.string().optional() });

export interface UserRoutesDependencies {
  readonly guards: Guards;
  readonly users: Users;
  /** Configured foreign issuers. */
  readonly foreignIssuers: readonly ForeignIssuerName[];
}

/** `/v1/users`: add one local user or many foreign ones, list, look up. */
export function addUserRoutes(app: HttpInstance, dependencies: UserRoutesDependencies): void {
  const { guards, users, foreignIssuers } = dependencies;

  const add = {
    body: z.union([foreignUsers, localUser], {
      error: 'is neither {"username", "password"} of a local user nor {"users": [{"id"}]} of another issuer',
    }),
    response: { 200: z.object({ created: z.number(), existing: z.number() }), 201: administeredUser },
  };
  const addOptions = { onRequest: guards.adminOr('users:write'), schema: add, bodyLimit: BULK_MAX_BYTES };
  app.post('/v1/users', addOptions, async (request, reply) => {
    const { body, sender } = request;
    const by = requesterOf(sender, request.client.address);
    if ('users' in body) {
      const issuer = issuerOf(body, foreignIssuers);
      const created = await users.ensureForeign(body.users, issuer, by);
      return { created, existing: body.users.length - created };
    }
    if ((body.roles ?? []).length > 0 && !isAdminSender(sender)) {
      throw new AppError('forbidden', { message: 'Only an administrator gives roles.' });
    }
    return reply.code(201).send(describeUser(await users.create(body, by)));
  });

  const list = { querystring: query, response: { 200: page } };
  app.get('/v1/users', { onRequest: guards.adminOr('users:read'), schema: list }, async (request) => {
    const { query: beginning, after, limit } = request.query;
    if (beginning !== undefined) {
      const found = await users.search(beginning, limit);
      return { users: found.users.map(describeUser), complete: found.isComplete };
    }
    const found = await users.list({ limit: limit + 1, ...(after !== undefined && { afterId: after }) });
    const shown = found.slice(0, limit);
    const next = found.length > limit ? shown.at(-1)?.id : undefined;
    return { users: shown.map(describeUser), complete: next === undefined, ...(next !== undefined && { next }) };
  });

  const one = { params: z.object({ id: fields.userId }), response: { 200: administeredUser } };
  app.get('/v1/users/:id', { onRequest: guards.adminOr('users:read'), schema: one }, async (request) =>
    describeUser(await users.get(request.params.id)),
  );
}
