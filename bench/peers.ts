import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('./peers', import.meta.url));
const INSTALL_TIMEOUT_MS = 120_000;

/** Installs the peers that are too large for the main lockfile, once. Says why when it cannot; their columns stay empty then. */
export function installPeers(progress: (text: string) => void): void {
  if (existsSync(`${DIRECTORY}/node_modules`)) return;
  progress('installing bench/peers');
  const { status, stderr, error } = spawnSync('npm', ['ci', '--prefix', DIRECTORY], {
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT_MS,
  });
  if (status !== 0) progress(`bench/peers could not be installed: ${(error?.message ?? stderr).trim()}`);
}
