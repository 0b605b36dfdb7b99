import type { WireFormat } from '../../ports/outgoing.ts';
import { encodeTextFrame } from './frame-writer.ts';

/** One JSON text per unmasked text frame. */
export const textFrameFormat: WireFormat = { name: 'text-frame', slot: 0, encode: encodeTextFrame };
