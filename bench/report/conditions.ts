import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Effort } from '../harness/interleave.ts';
import { SERVERS } from '../servers/server-table.ts';

const GIB = 1024 ** 3;

/** Where, when, with what and how results were measured. */
export function describeConditions(effort: Effort, args: readonly string[]): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / GIB);
  const machine = `${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, ${memory} GiB, Linux ${release()}`;
  const versions = [
    `Node ${process.versions.node}`,
    packageVersion('ws'),
    packageVersion('socket.io'),
    packageVersion('jsonwebtoken'),
    bunVersion(),
  ];
  const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  return `Measured on ${new Date().toISOString().slice(0, 10)} at ${revision()}: ${machine}. ${versions.join(', ')}. ${effort.rounds} rounds of ${effort.roundMs} ms: \`${command}\`.`;
}

function packageVersion(name: string): string {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`;
}

function bunVersion(): string {
  const bun = SERVERS.bun.command();
  return bun === undefined
    ? 'Bun not installed'
    : `Bun ${execFileSync(bun, ['--version'], { encoding: 'utf8' }).trim()}`;
}

function revision(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'an unknown revision';
  }
}
