import { Client } from './client.ts';
import type { ClientOptions } from './client-options.ts';

/**
 * Makes a client of a Parley server; nothing happens until connect() or login().
 * @throws TypeError when `url` is not the address of a server
 */
export function createClient(options: ClientOptions): Client {
  return new Client(options);
}
