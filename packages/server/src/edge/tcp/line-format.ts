import type { WireFormat } from '../../ports/outgoing.ts';

/** One JSON text per line; JSON escapes line ends, so none occurs within. */
export const lineFormat: WireFormat = {
  name: 'line',
  slot: 1,
  encode: (json) => Buffer.from(`${json}\n`, 'utf8'),
};
