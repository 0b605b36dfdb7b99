import type { HttpInstance } from '../http-instance.ts';

/** `GET /`: says what this is, to whoever opened the address to see. No version to strangers. */
export function addLandingRoutes(app: HttpInstance): void {
  app.get('/', async () => ({ service: 'parley', websocket: '/ws', api: '/v1', health: '/readyz' }));
}
