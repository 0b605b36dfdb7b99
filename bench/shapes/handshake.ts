import { measureProcessorTime } from './processor-time.ts';
import type { Shape } from './shape.ts';

/** A handshake runs much code once: it takes about ten thousand until the compiler has done all it can. */
const WARM_UPS = 10;

/** Connecting with a token. */
export const handshakeShape: Shape = {
  number: 3,
  title: 'Authenticated handshake',
  method:
    'Server processor time in microseconds from the TCP connection to the first answer that shows the client signed in, 32 under way, an HS256 token of its own for each. Parley and `ws`: `Authorization: Bearer`, then `hello` and `welcome`; socket.io: the token in `auth`, up to its CONNECT answer. Closing is not counted. The floor answers with ready-made bytes and looks at no token.',
  servers: ['parley', 'socketio-tokens', 'ws-tokens', 'net-floor'],
  bars: [
    { kind: 'ratio', row: 'handshake', against: 'socketio-tokens', better: 'lower', bar: 3.5, goal: 6 },
    { kind: 'ratio', row: 'handshake', against: 'ws-tokens', better: 'lower', bar: 1.2, goal: 1.6 },
  ],
  async run(context) {
    const row = await measureProcessorTime(context, {
      id: 'handshake',
      title: 'per handshake',
      load: { kind: 'handshake', underWay: 32 },
      warmUps: WARM_UPS,
      against: [
        ['parley', 'parley'],
        ['socketio-tokens', 'socketio'],
        ['ws-tokens', 'ws-json'],
        ['net-floor', 'ws-json'],
      ],
    });
    return [row];
  },
};
