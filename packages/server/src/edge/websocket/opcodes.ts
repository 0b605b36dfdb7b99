/** Frame opcodes of RFC 6455 section 5.2. 3-7 and 11-15 are reserved and refused. */
export const OPCODE = Object.freeze({
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
});

/** Set in every control opcode (section 5.5): such frames are short, never fragmented, and may interrupt a message. */
export const CONTROL_BIT = 0x8;

/** Longest payload of a control frame (section 5.5). */
export const MAX_CONTROL_PAYLOAD_BYTES = 125;
