import { LoadProcess } from '../harness/load-process.ts';
import { Probe } from '../harness/probe.ts';
import { readResidentBytes } from '../harness/process-usage.ts';
import { RunningServer } from '../harness/running-server.ts';
import { createScratchDirectory, removeScratchDirectory } from '../harness/scratch-directory.ts';
import type { DialectName, LoadSpec, LoadTarget } from '../load/load-spec.ts';
import { SERVERS, type ServerName } from '../servers/server-table.ts';
import { serverOptions } from './server-options.ts';
import type { Row, Shape, ShapeContext } from './shape.ts';

const CONNECTIONS = 10_000;
const GROUPS_PER_USER = 20;
const GROUP_SIZE = 10;
/** Opened and closed before the first reading, so that what the first connections make a server load is not counted. */
const WARM_UP_CONNECTIONS = 500;
const SETTLE_MS = 1000;
/** Memory varies less than time, and every round needs a new process. */
const ROUNDS_SHARE = 1 / 3;
const KIB = 1024;

const COMPARED: readonly (readonly [ServerName, DialectName])[] = [
  ['parley', 'parley'],
  ['ws', 'ws-plain'],
  ['socketio', 'socketio'],
];

interface Reading {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
}

/** Growth per connection in KiB. */
interface Growth {
  readonly resident: number;
  readonly heap: number;
  /** Resident after every client has asked for its chats; only Parley has any. */
  readonly residentAfterLists: number | undefined;
}

/** What an idle connection costs. */
export const idleMemoryShape: Shape = {
  number: 4,
  title: 'Idle memory',
  method:
    'Growth of the server process from none to 10,000 connections, per connection, in KiB, each reading after a forced collection; a new process for each round. Parley: authenticated users, each member of 20 groups of 10, who said `hello`; the last row is after each has asked for its chats once, 64 at a time. `ws` and socket.io: bare, without users.',
  servers: COMPARED.map(([server]) => server),
  bars: [{ kind: 'ceiling', row: 'rss', bar: 6, goal: 5, unit: 'KiB' }],
  async run(context) {
    const dataDir = createScratchDirectory();
    const growths = new Map<ServerName, Growth[]>();
    const failures = new Map<ServerName, string>();
    const compared = COMPARED.filter(([server]) => context.wants(server));
    try {
      if (context.wants('parley')) await attempt(failures, 'parley', () => makeChats(context, dataDir));
      for (let round = 0; round < Math.ceil(context.effort.rounds * ROUNDS_SHARE); round++) {
        for (const [server, dialect] of compared) {
          if (failures.has(server)) continue;
          await attempt(failures, server, async () => {
            growths.set(server, [...(growths.get(server) ?? []), await measure(context, server, dialect, dataDir)]);
          });
        }
      }
    } finally {
      removeScratchDirectory(dataDir);
    }
    return rowsOf(growths, failures);
  },
};

function rowsOf(
  growths: ReadonlyMap<ServerName, readonly Growth[]>,
  failures: ReadonlyMap<ServerName, string>,
): readonly Row[] {
  const row = (id: string, title: string, quantity: (growth: Growth) => number | undefined): Row => ({
    id,
    title,
    unit: 'KiB',
    samples: new Map(
      [...growths].map(([server, each]) => [server, each.map(quantity).filter((kib) => kib !== undefined)]),
    ),
    failures,
  });
  return [
    row('rss', 'resident memory per connection', ({ resident }) => resident),
    row('heap', 'of it JavaScript heap in use', ({ heap }) => heap),
    row('rss-lists', 'resident after each has asked for its chats', ({ residentAfterLists }) => residentAfterLists),
  ];
}

async function makeChats(context: ShapeContext, dataDir: string): Promise<void> {
  context.progress(`making ${CONNECTIONS} users with ${GROUPS_PER_USER} groups each`);
  const server = await RunningServer.start('parley', { ...serverOptions(context, '0'), dataDir });
  try {
    const load: LoadSpec = { kind: 'chats', users: CONNECTIONS, groupsPerUser: GROUPS_PER_USER, groupSize: GROUP_SIZE };
    (await LoadProcess.open({ spec: load, target: targetOf(server, 'parley', context) }, '1')).close();
  } finally {
    await server.stop();
  }
}

async function measure(
  context: ShapeContext,
  name: ServerName,
  dialect: DialectName,
  chatsDirectory: string,
): Promise<Growth> {
  const directory = createScratchDirectory();
  const probe = new Probe(directory);
  const server = await RunningServer.start(name, {
    ...serverOptions(context, '0'),
    nodeArgs: probe.nodeArgs,
    env: probe.env,
    dataDir: name === 'parley' ? chatsDirectory : directory,
  });
  try {
    const target = targetOf(server, dialect, context);
    (await LoadProcess.open({ spec: idleLoad(name, WARM_UP_CONNECTIONS), target }, '1')).close();
    const before = await readMemory(server, probe);
    const load = await LoadProcess.open({ spec: idleLoad(name, CONNECTIONS), target }, '1');
    const after = await readMemory(server, probe);
    if (name === 'parley') await load.round(0);
    const afterLists = name === 'parley' ? await readMemory(server, probe) : undefined;
    load.close();
    const growth = {
      resident: kibEach(after.residentBytes - before.residentBytes),
      heap: kibEach(after.heapUsedBytes - before.heapUsedBytes),
      residentAfterLists: afterLists && kibEach(afterLists.residentBytes - before.residentBytes),
    };
    context.progress(`  ${SERVERS[name].title}: ${JSON.stringify(growth)} KiB`);
    return growth;
  } finally {
    await server.stop();
    removeScratchDirectory(directory);
  }
}

function kibEach(bytes: number): number {
  return bytes / CONNECTIONS / KIB;
}

async function readMemory(server: RunningServer, probe: Probe): Promise<Reading> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { heapUsedBytes } = await probe.ask(server);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return { heapUsedBytes, residentBytes: readResidentBytes(server.child.pid) };
}

function idleLoad(server: ServerName, connections: number): LoadSpec {
  if (server !== 'parley') return { kind: 'idle', connections };
  const replyPrefix = '{"type":"get_user_chats","status":"success"';
  return { kind: 'idle', connections, request: { message: '{"type":"get_user_chats"}', replyPrefix } };
}

function targetOf(server: RunningServer, dialect: DialectName, { secret }: ShapeContext): LoadTarget {
  return { port: server.port, pid: server.child.pid, dialect, secret };
}

async function attempt(
  failures: Map<ServerName, string>,
  server: ServerName,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    failures.set(server, error instanceof Error ? error.message : String(error));
  }
}
