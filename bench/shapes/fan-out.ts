import type { DialectName } from '../load/load-spec.ts';
import type { ServerName } from '../servers/server-table.ts';
import { measureProcessorTime, type ProcessorTimeCase } from './processor-time.ts';
import type { Bar, Shape } from './shape.ts';

const SERVERS_COMPARED: readonly (readonly [ServerName, DialectName])[] = [
  ['parley', 'parley'],
  ['ws', 'ws-plain'],
  ['ws-json', 'ws-json'],
  ['socketio', 'socketio'],
  ['bun', 'ws-plain'],
  ['net-floor', 'ws-plain'],
];

function fanOut(rooms: number, subscribersPerRoom: number, underWay: number): ProcessorTimeCase {
  const subscribers = subscribersPerRoom.toLocaleString('en');
  return {
    id: `${rooms}x${subscribersPerRoom}x${underWay}`,
    title:
      rooms === 1
        ? `${subscribers} subscribers, W=${underWay}`
        : `${rooms} rooms of ${subscribers}, W=${underWay} each`,
    load: { kind: 'fan-out', rooms, subscribersPerRoom, underWay },
    against: SERVERS_COMPARED,
  };
}

function bars(row: string, against: readonly (readonly [ServerName, number, number])[]): readonly Bar[] {
  return against.map(([server, bar, goal]) => ({ kind: 'ratio', row, against: server, better: 'lower', bar, goal }));
}

/** One message to many connections. */
export const fanOutShape: Shape = {
  number: 1,
  title: 'Fan-out',
  method:
    'Server processor time in microseconds per delivery of a 128-byte message. W: messages that a publisher keeps under way; those that are done at once are replaced with one write. The publisher is not subscribed. Parley and `ws + JSON` answer each publish; the others do not. The floor writes one ready-made frame per delivery, with nothing around it and no batches.',
  servers: SERVERS_COMPARED.map(([server]) => server),
  bars: [
    ...bars('1x1000x32', [
      ['ws', 15, 20],
      ['socketio', 18, 24],
      ['bun', 0.6, 0.8],
    ]),
    ...['1x1000x4', '1x5000x4'].flatMap((row) =>
      bars(row, [
        ['ws', 4, 5],
        ['socketio', 4.5, 6],
      ]),
    ),
    ...['1x1000x1', '100x10x1'].flatMap((row) => bars(row, [['ws', 1.3, 1.45]])),
  ],
  async run(context) {
    const rows = [];
    for (const each of [
      fanOut(1, 1000, 1),
      fanOut(1, 1000, 4),
      fanOut(1, 1000, 32),
      fanOut(1, 5000, 4),
      fanOut(100, 10, 1),
    ])
      rows.push(await measureProcessorTime(context, each));
    return rows;
  },
};
