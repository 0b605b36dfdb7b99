import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { stopAllChildren } from './harness/child.ts';
import { type BenchOptions, HELP, parseOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { describeConditions } from './report/conditions.ts';
import { formatShape } from './report/format-shape.ts';
import { updateResults } from './report/results-file.ts';
import { NOT_INSTALLED } from './servers/server-table.ts';
import { durableChatShape } from './shapes/durable-chat.ts';
import { fanOutShape } from './shapes/fan-out.ts';
import { garbageCollectionShape } from './shapes/garbage-collection.ts';
import { handshakeShape } from './shapes/handshake.ts';
import { idleMemoryShape } from './shapes/idle-memory.ts';
import { requestResponseShape } from './shapes/request-response.ts';
import type { Row, Shape, ShapeContext } from './shapes/shape.ts';

const RESULTS = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
const SECRET_BYTES = 32;

const SHAPES: readonly Shape[] = [
  fanOutShape,
  requestResponseShape,
  handshakeShape,
  idleMemoryShape,
  durableChatShape,
  garbageCollectionShape,
];

process.on('exit', stopAllChildren);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const args = process.argv.slice(2);
try {
  const options = parseOptions(args);
  if (options.isHelp) console.log(HELP);
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: BenchOptions): Promise<void> {
  const shapes = SHAPES.filter(({ number }) => options.shapes?.includes(number) ?? true);
  if (shapes.length === 0) throw new Error(`There are shapes ${SHAPES.map(({ number }) => number).join(', ')}.`);
  const progress = (text: string) => console.error(text);
  installPeers(progress);
  const context: ShapeContext = {
    effort: options.effort,
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
    wants: (server) => options.servers?.includes(server) ?? true,
    profileDirectory: options.profileDirectory,
    progress,
  };
  const conditions = describeConditions(options.effort, args);
  for (const shape of shapes) {
    progress(`\n${shape.number}. ${shape.title}`);
    const rows = await shape.run(context);
    const section = formatShape(shape, rows, conditions);
    console.log(`\n${section}`);
    if (!isComplete(rows)) process.exitCode = 1;
    else if (options.isRecorded) updateResults(RESULTS, [section]);
  }
}

/** Whether every server that is installed went through: a section with holes must not replace a whole one. */
function isComplete(rows: readonly Row[]): boolean {
  return rows.every(({ failures }) => [...failures.values()].every((reason) => reason === NOT_INSTALLED));
}
