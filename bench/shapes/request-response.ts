import { measureProcessorTime, type ProcessorTimeCase } from './processor-time.ts';
import type { Shape } from './shape.ts';

function requests(depth: number): ProcessorTimeCase {
  return {
    id: `depth-${depth}`,
    title: `64 connections, depth ${depth}`,
    load: { kind: 'request', connections: 64, depth },
    against: [
      ['parley', 'parley'],
      ['ws-json', 'ws-json'],
      ['socketio', 'socketio'],
      ['bun', 'ws-json'],
    ],
  };
}

/** Small requests in JSON and their answers. */
export const requestResponseShape: Shape = {
  number: 2,
  title: 'Request and response',
  method:
    'Server processor time in microseconds per request: `ping` in a 128-byte JSON message with a `request_id`, answered by an envelope with the time. Every server parses, answers the same content and stringifies. Depth: requests that a connection keeps under way.',
  servers: ['parley', 'ws-json', 'socketio', 'bun'],
  bars: [
    { kind: 'ratio', row: 'depth-16', against: 'ws-json', better: 'lower', bar: 3, goal: 3.8 },
    { kind: 'ratio', row: 'depth-1', against: 'ws-json', better: 'lower', bar: 1.15, goal: 1.3 },
  ],
  async run(context) {
    const rows = [];
    for (const depth of [16, 1]) rows.push(await measureProcessorTime(context, requests(depth)));
    return rows;
  },
};
