import type { Guards } from '../guards.ts';
import { isLocalRequest } from '../http-client.ts';
import type { HttpInstance } from '../http-instance.ts';

/** Everything that is measured, in the Prometheus text format. */
export type RenderMetrics = () => Promise<{ readonly contentType: string; readonly body: string }>;

export interface MetricsRoutesDependencies {
  readonly guards: Guards;
  readonly renderMetrics: RenderMetrics;
}

/** `/metrics`: for programs on this machine, and for whoever has a key with the scope `metrics:read`. */
export function addMetricsRoutes(app: HttpInstance, { guards, renderMetrics }: MetricsRoutesDependencies): void {
  const guard = guards.adminOr('metrics:read');
  app.get(
    '/metrics',
    {
      onRequest: async (request) => {
        if (!isLocalRequest(request.raw, request.client)) await guard(request);
      },
    },
    async (_request, reply) => {
      const { contentType, body } = await renderMetrics();
      return reply.type(contentType).send(body);
    },
  );
}
