import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from '@fastify/type-provider-zod';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { HttpClient } from './http-client.ts';
import type { Sender } from './sender.ts';

/** Our fastify: Node's plain server, schemas in zod. */
export type HttpInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the request came from. */
    client: HttpClient;
    /** Who sent it, as far as its route asked. */
    sender: Sender;
    /** When it arrived, on the monotonic clock. */
    startedAtMs: number;
    /** The code it was refused with. */
    refusal: string | undefined;
  }
}
