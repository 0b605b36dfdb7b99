/** Frame types of RFC 6455 section 5.2. */
export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** The mask of every frame: servers have to undo it whatever it is. */
const MASK = Buffer.from('5a3c96e1', 'hex');
const MASK_BIT = 0x80;

/** Encodes a client's frame, so that it can be sent many times. Payloads below 64 KiB. */
export function encodeClientFrame(payload: string | Buffer, opcode: number = OPCODE.text): Buffer {
  const content = Buffer.from(payload as string);
  const header =
    content.length < 126
      ? Buffer.from([0x80 | opcode, MASK_BIT | content.length])
      : Buffer.from([0x80 | opcode, MASK_BIT | 126, content.length >> 8, content.length & 0xff]);
  for (let at = 0; at < content.length; at++) content[at] = (content[at] as number) ^ maskByte(at);
  return Buffer.concat([header, MASK, content]);
}

/** Writes ASCII text over a part of a frame's payload that is as long; `at` counts from the payload's first byte. */
export function patchClientFrame(frame: Buffer, at: number, text: string): void {
  const payloadStart = ((frame[1] as number) & 0x7f) < 126 ? 6 : 8;
  for (let i = 0; i < text.length; i++) frame[payloadStart + at + i] = text.charCodeAt(i) ^ maskByte(at + i);
}

function maskByte(at: number): number {
  return MASK[at & 3] as number;
}
