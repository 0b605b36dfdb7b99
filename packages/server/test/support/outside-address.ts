import { networkInterfaces } from 'node:os';

/**
 * An IPv4 address of this machine that is not loopback: whoever connects to it comes from it, and so from elsewhere for
 * the server. Undefined on a machine without a network.
 */
export const OUTSIDE_ADDRESS: string | undefined = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

if (OUTSIDE_ADDRESS === undefined) {
  process.stderr.write('\nSKIPPED: tests that need an address that is not loopback; this machine has none.\n');
}
