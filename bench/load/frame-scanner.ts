import { OPCODE } from './client-frame.ts';

/** What the scanner reports. */
export interface FrameReceiver {
  /** A whole frame: its payload is `bytes[start, end)`, valid during the call. */
  onFrame(opcode: number, bytes: Buffer, start: number, end: number): void;
}

const EMPTY = Buffer.alloc(0);
const FINAL_BIT = 0x80;

/**
 * Finds the frames in what a WebSocket server sends, and looks at nothing else: the load generator must never be what
 * limits a run. Frames from a server are not masked, and no server measured here fragments.
 */
export class FrameScanner {
  /** The beginning of a frame whose rest has not come yet. */
  #carry = EMPTY;

  /** Reports the frames that are complete with this chunk. @throws Error at what no measured server sends */
  push(chunk: Buffer, receiver: FrameReceiver): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const first = bytes[at] as number;
      const second = bytes[at + 1] as number;
      if ((first & FINAL_BIT) === 0 || (first & 0x0f) === OPCODE.continuation || second > 127)
        throw new Error(`The server sent a frame that begins with ${bytes.toString('hex', at, at + 2)}.`);
      const headerBytes = second < 126 ? 2 : second === 126 ? 4 : 10;
      if (at + headerBytes > bytes.length) break;
      const start = at + headerBytes;
      const end = start + payloadLength(bytes, at, second);
      if (end > bytes.length) break;
      receiver.onFrame(first & 0x0f, bytes, start, end);
      at = end;
    }
    this.#carry = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at));
  }
}

function payloadLength(bytes: Buffer, at: number, second: number): number {
  if (second < 126) return second;
  if (second === 126) return bytes.readUInt16BE(at + 2);
  return Number(bytes.readBigUInt64BE(at + 2));
}
