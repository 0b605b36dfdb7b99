import type { ContenderSpec } from '../harness/contender.ts';
import { interleave } from '../harness/interleave.ts';
import type { DialectName } from '../load/load-spec.ts';
import type { ServerName } from '../servers/server-table.ts';
import { describeContender, failuresOf, samplesOf } from './samples.ts';
import { serverOptions } from './server-options.ts';
import type { Row, Shape } from './shape.ts';

const LOAD = { kind: 'durable', rooms: 100, roomSize: 10, outstanding: 512 } as const;
/** Rounds are longer than elsewhere: a round must hold checkpoints of the database. */
const ROUND_FACTOR = 3;

const COMPARED: readonly (readonly [ServerName, DialectName])[] = [
  ['parley', 'parley'],
  ['ws-durable', 'ws-json'],
];

/** Stored, acknowledged, delivered. */
export const durableChatShape: Shape = {
  number: 5,
  title: 'Durable chat',
  method:
    '100 rooms of 10 members, all connected and receiving; 512 of them wait for the acknowledgement of their message of 128 bytes, which comes after it is on disk (SQLite, WAL, synchronous=FULL). Servers and load share both cores. The peer inserts and commits each message by itself, then broadcasts, then answers. Every round checks that every push arrived.',
  servers: COMPARED.map(([server]) => server),
  bars: [
    { kind: 'ratio', row: 'rate', against: 'ws-durable', better: 'higher', bar: 6, goal: 10 },
    { kind: 'ceiling', row: 'p99', bar: 50, goal: 50, unit: 'ms' },
  ],
  async run(context) {
    const specs = COMPARED.filter(([server]) => context.wants(server)).map(
      ([server, dialect]): ContenderSpec => ({
        server,
        dialect,
        load: LOAD,
        serverOptions: serverOptions(context, '0,1'),
        loadCores: '0,1',
      }),
    );
    context.progress('512 outstanding');
    const { rounds, roundMs } = context.effort;
    const contenders = await interleave(specs, { rounds, roundMs: roundMs * ROUND_FACTOR });
    for (const contender of contenders) context.progress(`  ${describeContender(contender)}`);
    const failures = failuresOf(contenders);
    const row = (id: string, title: string, unit: string, quantity: Parameters<typeof samplesOf>[1]): Row => ({
      id,
      title,
      unit,
      samples: samplesOf(contenders, quantity),
      failures,
    });
    return [
      row('rate', 'acknowledged messages per second', '/s', ({ count, elapsedMs }) => (count * 1000) / elapsedMs),
      row('p50', 'acknowledgement, p50', 'ms', ({ p50Ms = 0 }) => p50Ms),
      row('p99', 'acknowledgement, p99', 'ms', ({ p99Ms = 0 }) => p99Ms),
      row('cpu', 'server processor time per message', 'µs', ({ serverCpuUs, count }) => serverCpuUs / count),
    ];
  },
};
