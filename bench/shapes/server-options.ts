import type { Cores } from '../harness/child.ts';
import type { ServerOptions } from '../harness/running-server.ts';
import type { ShapeContext } from './shape.ts';

/** How a shape starts its servers. */
export function serverOptions(context: ShapeContext, cores: Cores): ServerOptions {
  const { secret, profileDirectory } = context;
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  return { cores, secret, nodeArgs: profile };
}
