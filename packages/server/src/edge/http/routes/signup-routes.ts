import { fields } from '@parley/protocol';
import { z } from 'zod';
import { publicUser } from '../../../features/auth/public-user.ts';
import type { Signup } from '../../../features/auth/signup.ts';
import type { HttpInstance } from '../http-instance.ts';

const wish = z.object({ username: z.string(), password: z.string(), name: z.string().optional() });

/** `POST /v1/signup`: make an account, where that is open to strangers. */
export function addSignupRoutes(app: HttpInstance, { signup }: { readonly signup: Signup }): void {
  const schema = { body: wish, response: { 201: fields.publicUser } };
  app.post('/v1/signup', { schema }, async (request, reply) => {
    const user = await signup.signUp(request.body, request.client.address);
    return reply.code(201).send(publicUser(user));
  });
}
