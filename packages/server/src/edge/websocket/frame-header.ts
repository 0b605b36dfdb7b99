import { FRAME_VIOLATIONS, type FrameViolation } from './frame-violations.ts';
import { CONTROL_BIT, MAX_CONTROL_PAYLOAD_BYTES, OPCODE } from './opcodes.ts';

/** Longest header: two bytes, 64-bit length, mask key. */
export const MAX_HEADER_BYTES = 14;
/** `read` needs bytes of a later read. */
export const HEADER_INCOMPLETE = 0;
/** `read` found what `violation` says. */
export const HEADER_REFUSED = -1;

const FIN_BIT = 0x80;
/** All three. Negotiating permessage-deflate would take RSV1 (0x40) out for the first frame of a message (RFC 7692). */
const REFUSED_RSV_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const MASK_BIT = 0x80;
const LENGTH_BITS = 0x7f;

/** A decoded frame header (RFC 6455 section 5.2). Mutable, so that one object can serve every frame. */
export class FrameHeader {
  isFinal = true;
  opcode: number = OPCODE.continuation;
  payloadBytes = 0;
  /** As `unmask` wants it; 0 for an unmasked frame. */
  maskKey = 0;
  /** Set when `read` returned HEADER_REFUSED. */
  violation: FrameViolation = FRAME_VIOLATIONS.opcode_reserved;

  get isControl(): boolean {
    return (this.opcode & CONTROL_BIT) !== 0;
  }

  /** For keeping what `read` found while the payload is under way. */
  copy(): FrameHeader {
    const copy = new FrameHeader();
    copy.isFinal = this.isFinal;
    copy.opcode = this.opcode;
    copy.payloadBytes = this.payloadBytes;
    copy.maskKey = this.maskKey;
    return copy;
  }

  /**
   * Decodes the header at `bytes[at, end)`. Returns its length, HEADER_INCOMPLETE or HEADER_REFUSED. What is wrong is
   * found with the earliest bytes that show it, and depends on them alone, not on how they were cut into reads.
   */
  read(bytes: Uint8Array, at: number, end: number, requireMask: boolean): number {
    if (end - at < 2) return HEADER_INCOMPLETE;
    const violation = checkFirstBytes(bytes[at] as number, bytes[at + 1] as number, requireMask);
    if (violation !== undefined) return this.#refuse(violation);
    this.isFinal = (bytes[at] as number) >= FIN_BIT;
    this.opcode = (bytes[at] as number) & OPCODE_BITS;
    const lengthBytes = this.#readLength(bytes, at + 1, end);
    if (lengthBytes <= 0) return lengthBytes;
    const afterLength = at + 1 + lengthBytes;
    this.maskKey = 0;
    if (!requireMask) return 1 + lengthBytes;
    if (end - afterLength < 4) return HEADER_INCOMPLETE;
    this.maskKey = readMaskKey(bytes, afterLength);
    return 5 + lengthBytes;
  }

  /** Sets `payloadBytes` and returns how many bytes the length takes (1, 3 or 9), or what `read` is to return. */
  #readLength(bytes: Uint8Array, at: number, end: number): number {
    const short = (bytes[at] as number) & LENGTH_BITS;
    if (short < 126) {
      this.payloadBytes = short;
      return 1;
    }
    return short === 126 ? this.#readLength16(bytes, at + 1, end) : this.#readLength64(bytes, at + 1, end);
  }

  #readLength16(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < 2) return HEADER_INCOMPLETE;
    this.payloadBytes = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    return this.payloadBytes < 126 ? this.#refuse(FRAME_VIOLATIONS.length_not_minimal) : 3;
  }

  #readLength64(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < 8) return HEADER_INCOMPLETE;
    if ((bytes[at] as number) >= 0x80) return this.#refuse(FRAME_VIOLATIONS.length_overflow);
    let length = 0;
    for (let byte = at; byte < at + 8; byte++) length = length * 256 + (bytes[byte] as number);
    this.payloadBytes = length;
    return length < 65_536 ? this.#refuse(FRAME_VIOLATIONS.length_not_minimal) : 9;
  }

  #refuse(violation: FrameViolation): number {
    this.violation = violation;
    return HEADER_REFUSED;
  }
}

function checkFirstBytes(first: number, second: number, requireMask: boolean): FrameViolation | undefined {
  if ((first & REFUSED_RSV_BITS) !== 0) return FRAME_VIOLATIONS.rsv_not_zero;
  const opcode = first & OPCODE_BITS;
  const isControl = (opcode & CONTROL_BIT) !== 0;
  if (opcode > (isControl ? OPCODE.pong : OPCODE.binary)) return FRAME_VIOLATIONS.opcode_reserved;
  if (isControl && first < FIN_BIT) return FRAME_VIOLATIONS.control_fragmented;
  const isMasked = (second & MASK_BIT) !== 0;
  if (isMasked !== requireMask) return requireMask ? FRAME_VIOLATIONS.mask_missing : FRAME_VIOLATIONS.mask_unexpected;
  const isTooLong = isControl && (second & LENGTH_BITS) > MAX_CONTROL_PAYLOAD_BYTES;
  return isTooLong ? FRAME_VIOLATIONS.control_too_long : undefined;
}

/** The first key byte in the lowest 8 bits. */
function readMaskKey(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
