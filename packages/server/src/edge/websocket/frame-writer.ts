import { randomFillSync } from 'node:crypto';
import { isSendableCloseCode, NO_CLOSE_CODE } from './close-payload.ts';
import { MAX_CONTROL_PAYLOAD_BYTES, OPCODE } from './opcodes.ts';
import { unmask } from './unmask.ts';

const FIN_BIT = 0x80;
const MASK_BIT = 0x80;
const MASK_KEY_BYTES = 4;

/** Length of an unmasked header before a payload of this size: 2, 4 or 10 bytes. */
function frameHeaderBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}

/**
 * Writes the header of a final, unmasked frame (RFC 6455 section 5.2, shortest length form) at `target[at]` and
 * returns where the payload goes. For batching several frames into one buffer.
 */
export function writeFrameHeader(target: Uint8Array, at: number, opcode: number, payloadBytes: number): number {
  target[at] = FIN_BIT | opcode;
  if (payloadBytes < 126) {
    target[at + 1] = payloadBytes;
    return at + 2;
  }
  const lengthBytes = payloadBytes < 65_536 ? 2 : 8;
  target[at + 1] = lengthBytes === 2 ? 126 : 127;
  const end = at + 2 + lengthBytes;
  let rest = payloadBytes;
  for (let byte = end - 1; byte > at + 1; byte--) {
    target[byte] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return end;
}

/** One whole, unmasked message or control frame, as a server sends it. */
export function encodeFrame(opcode: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes(payload.length) + payload.length);
  frame.set(payload, writeFrameHeader(frame, 0, opcode, payload.length));
  return frame;
}

/** One text message in one allocation. Lone surrogates become U+FFFD, so the frame is always valid UTF-8. */
export function encodeTextFrame(text: string): Buffer {
  const payloadBytes = Buffer.byteLength(text, 'utf8');
  const frame = Buffer.allocUnsafe(frameHeaderBytes(payloadBytes) + payloadBytes);
  frame.write(text, writeFrameHeader(frame, 0, OPCODE.text, payloadBytes), 'utf8');
  return frame;
}

/**
 * A close frame (RFC 6455 section 5.5.1). 1005 gives one without code, the answer to a close frame without code.
 * Throws a RangeError for a code that may not be sent, and for a reason beyond 123 bytes.
 */
export function encodeCloseFrame(code: number, reason = ''): Buffer {
  return encodeFrame(OPCODE.close, closePayload(code, reason));
}

/** Payload of a close frame; see `encodeCloseFrame`. Clients mask it with `encodeMaskedFrame`. */
export function closePayload(code: number, reason = ''): Buffer {
  if (code === NO_CLOSE_CODE) return Buffer.alloc(0);
  if (!isSendableCloseCode(code)) throw new RangeError(`Close code ${code} may not be sent (RFC 6455 section 7.4).`);
  const reasonBytes = Buffer.byteLength(reason, 'utf8');
  if (reasonBytes + 2 > MAX_CONTROL_PAYLOAD_BYTES) {
    throw new RangeError(`The close reason has ${reasonBytes} bytes; at most 123 fit into a close frame.`);
  }
  const payload = Buffer.allocUnsafe(2 + reasonBytes);
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2, 'utf8');
  return payload;
}

/**
 * One whole, masked message or control frame, as a client sends it. The mask key has its first byte in the lowest 8
 * bits and is random by default, as RFC 6455 section 5.3 demands; a load generator may give its own.
 */
export function encodeMaskedFrame(opcode: number, payload: Uint8Array, maskKey: number = randomMaskKey()): Buffer {
  const headerBytes = frameHeaderBytes(payload.length);
  const frame = Buffer.allocUnsafe(headerBytes + MASK_KEY_BYTES + payload.length);
  writeFrameHeader(frame, 0, opcode, payload.length);
  frame[1] = (frame[1] as number) | MASK_BIT;
  frame.writeInt32LE(maskKey | 0, headerBytes);
  frame.set(payload, headerBytes + MASK_KEY_BYTES);
  unmask(frame, headerBytes + MASK_KEY_BYTES, frame.length, maskKey);
  return frame;
}

function randomMaskKey(): number {
  return randomFillSync(new Int32Array(1))[0] as number;
}
