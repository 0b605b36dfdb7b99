import { fields } from '@parley/protocol';
import { z } from 'zod';
import type { ApiKeys } from '../../../features/auth/keys.ts';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';
import { requesterOf } from '../sender.ts';

const wish = z.object({ name: z.string().max(256), scopes: z.array(z.string().max(64)).max(32) });
const key = z.object({ id: z.string(), name: z.string(), scopes: z.array(z.string()) });
const newKey = key.extend({
  /** What the backend sends as `Authorization: Bearer`. Shown this once. */
  key: z.string(),
});
const listedKey = key.extend({ created_at: fields.timestamp, revoked_at: fields.timestamp.nullable() });

export interface KeyRoutesDependencies {
  readonly guards: Guards;
  readonly keys: ApiKeys;
}

/** `/v1/keys`: make, list and revoke API keys. For administrators only; a key makes no keys. */
export function addKeyRoutes(app: HttpInstance, { guards, keys }: KeyRoutesDependencies): void {
  const onRequest = guards.admin;

  app.post('/v1/keys', { onRequest, schema: { body: wish, response: { 201: newKey } } }, async (request, reply) => {
    const { secret, scopes, ...made } = await keys.create(
      request.body,
      requesterOf(request.sender, request.client.address),
    );
    return reply.code(201).send({ ...made, scopes: [...scopes], key: secret });
  });

  const list = { response: { 200: z.object({ keys: z.array(listedKey) }) } };
  app.get('/v1/keys', { onRequest, schema: list }, async () => ({
    keys: (await keys.list()).map(({ id, name, scopes, createdAtMs, revokedAtMs }) => ({
      id,
      name,
      scopes: [...scopes],
      created_at: new Date(createdAtMs).toISOString(),
      revoked_at: revokedAtMs === null ? null : new Date(revokedAtMs).toISOString(),
    })),
  }));

  const revoke = { params: z.object({ id: z.string().max(64) }) };
  app.delete('/v1/keys/:id', { onRequest, schema: revoke }, async (request, reply) => {
    await keys.revoke(request.params.id, requesterOf(request.sender, request.client.address));
    return reply.code(204).send();
  });
}
