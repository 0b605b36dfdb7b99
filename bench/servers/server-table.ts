import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A kind of server that is measured. */
export interface ServerKind {
  /** Heading of its column. */
  readonly title: string;
  /** The program that runs it; undefined when it is not installed. */
  command(): string | undefined;
  /** Options of the program and the script, without those that a measurement adds. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the program is Node, so that it takes Node's options. */
  readonly isNode: boolean;
}

/** Names of the measured servers. */
export type ServerName =
  | 'parley'
  | 'ws'
  | 'ws-json'
  | 'socketio'
  | 'bun'
  | 'net-floor'
  | 'ws-tokens'
  | 'socketio-tokens'
  | 'ws-durable';

/** Why a server that is not there has no figures. */
export const NOT_INSTALLED = 'not installed';

const BUN = pathOf('../peers/node_modules/@oven/bun-linux-x64/bin/bun');

/** Limits that stand in the way of a load, lifted; everything else is as users have it. */
const PARLEY_ENV = {
  HOST: '127.0.0.1',
  RATE_LIMITS: 'off',
  LOG_LEVEL: 'warn',
  SESSION_POLICY: 'multi(10)',
  UNAUTHENTICATED_TOTAL: '20000',
};

/** Every server, and how users start it. */
export const SERVERS: Readonly<Record<ServerName, ServerKind>> = {
  parley: {
    title: 'Parley',
    command: node,
    // as scripts/start.sh does
    args: [
      '--max-semi-space-size=8',
      '--conditions=parley-source',
      pathOf('../../packages/server/src/main.ts'),
      'start',
    ],
    env: PARLEY_ENV,
    isNode: true,
  },
  ws: nodeServer('ws', 'ws-plain.ts'),
  'ws-json': nodeServer('ws + JSON', 'ws-json.ts'),
  socketio: nodeServer('socket.io', 'socketio-rooms.ts'),
  bun: {
    title: 'Bun',
    command: () => (existsSync(BUN) ? BUN : undefined),
    args: [pathOf('./bun-publish.ts')],
    isNode: false,
  },
  'net-floor': nodeServer('node:net floor', 'net-floor.ts'),
  'ws-tokens': nodeServer('ws + our verifier', 'ws-tokens.ts'),
  'socketio-tokens': nodeServer('socket.io + jsonwebtoken', 'socketio-tokens.ts'),
  'ws-durable': nodeServer('ws + node:sqlite', 'ws-durable.ts'),
};

function nodeServer(title: string, file: string): ServerKind {
  return { title, command: node, args: ['--conditions=parley-source', pathOf(`./${file}`)], isNode: true };
}

function node(): string {
  return process.execPath;
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
