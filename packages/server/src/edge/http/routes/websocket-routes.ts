import { AppError } from '../../../kernel/app-error.ts';
import { checkUpgrade } from '../../websocket/upgrade-check.ts';
import type { HttpInstance } from '../http-instance.ts';

/**
 * `GET /ws` that Node did not take for an upgrade: either no WebSocket client, or a proxy in between dropped or changed
 * a header, and then the answer says which.
 */
export function addWebSocketRoutes(app: HttpInstance): void {
  app.get('/ws', (request, reply) => {
    const check = checkUpgrade(request.raw);
    if (check.kind === 'accepted') throw new AppError('upgrade_required');
    const { code, message, header, responseHeaders } = check;
    reply.headers(responseHeaders);
    throw new AppError(code, { message, ...(header !== undefined && { details: { header } }) });
  });
}
