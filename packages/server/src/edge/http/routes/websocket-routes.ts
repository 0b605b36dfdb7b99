import { AppError } from '../../../kernel/app-error.ts';
import type { HttpInstance } from '../http-instance.ts';

/** `GET /ws` without an upgrade: either no WebSocket client, or a proxy in between dropped the headers. */
export function addWebSocketRoutes(app: HttpInstance): void {
  app.get('/ws', (_request, reply) => {
    reply.headers({ upgrade: 'websocket', connection: 'Upgrade' });
    throw new AppError('upgrade_required');
  });
}
