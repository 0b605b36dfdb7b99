import { COMMANDS } from '@parley/protocol';
import type { z } from 'zod';
import type { Guards } from '../guards.ts';
import type { HttpInstance } from '../http-instance.ts';

type Published = z.input<typeof COMMANDS.publish.payload>;

/** Publishes for a backend. @throws AppError `invalid_topic` */
export type Publish = (topic: string, data: unknown) => Published | Promise<Published>;

export interface PublishRoutesDependencies {
  readonly guards: Guards;
  readonly publish: Publish;
}

/** `POST /v1/publish`: the command of that name, for backends. */
export function addPublishRoutes(app: HttpInstance, { guards, publish }: PublishRoutesDependencies): void {
  const schema = { body: COMMANDS.publish.fields, response: { 200: COMMANDS.publish.payload } };
  app.post('/v1/publish', { onRequest: guards.adminOr('publish'), schema }, async (request) =>
    publish(request.body.topic, request.body.data),
  );
}
