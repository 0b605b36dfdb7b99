import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the control socket within the data directory. */
export const CONTROL_SOCKET = 'control.sock';

/** Longest path of a local socket that every system takes: `sun_path`, less its final zero (unix(7)). */
const PATH_MAX_BYTES = 103;

/** Where the control socket of a data directory is bound and reached. */
export interface ControlAddress extends Disposable {
  readonly path: string;
}

/**
 * The address of a data directory's control socket. A path that is too long for a socket leads through the opened
 * directory on Linux, so that a deep directory works as well; the address must not be used once it is disposed of.
 * Elsewhere the system refuses what is too long.
 */
export function openControlAddress(directory: string): ControlAddress {
  const path = join(directory, CONTROL_SOCKET);
  if (Buffer.byteLength(path) <= PATH_MAX_BYTES || process.platform !== 'linux') {
    return { path, [Symbol.dispose]: () => undefined };
  }
  const descriptor = openSync(directory, 'r');
  return { path: `/proc/self/fd/${descriptor}/${CONTROL_SOCKET}`, [Symbol.dispose]: () => closeSync(descriptor) };
}
