import { isUtf8 } from 'node:buffer';

/**
 * State of a UTF-8 check that goes on over several pieces: 0 between characters; inside one, how many bytes are
 * missing (bits 0-7) and the range of the next byte (low bound bits 8-15, high bound bits 16-23).
 */
export type Utf8State = number;

/** The state before the first byte, and after any whole character. */
export const UTF8_BOUNDARY: Utf8State = 0;
/** A byte came that no valid text can have there. */
export const UTF8_INVALID: Utf8State = -1;

/**
 * Checks `bytes[start, end)` as the next piece of a text and returns the new state. Finds the first impossible byte,
 * even in the middle of a character (RFC 3629 section 4), so an invalid text fails as early as it can be known.
 */
export function advanceUtf8(state: Utf8State, bytes: Buffer, start: number, end: number): Utf8State {
  let at = start;
  let current = state;
  while (current !== UTF8_BOUNDARY && at < end) {
    current = continueCharacter(current, bytes[at++] as number);
    if (current === UTF8_INVALID) return UTF8_INVALID;
  }
  if (at === end) return current;
  const cut = startOfCutCharacter(bytes, at, end);
  if (cut > at && !isUtf8(bytes.subarray(at, cut))) return UTF8_INVALID;
  if (cut === end) return UTF8_BOUNDARY;
  current = beginCharacter(bytes[cut] as number);
  for (at = cut + 1; at < end && current !== UTF8_INVALID; at++) {
    current = continueCharacter(current, bytes[at] as number);
  }
  return current;
}

/** Where the character begins that the end of the piece cuts off; `end` when it cuts none. */
function startOfCutCharacter(bytes: Buffer, start: number, end: number): number {
  const earliest = Math.max(start, end - 3);
  for (let at = end - 1; at >= earliest; at--) {
    const byte = bytes[at] as number;
    if (byte >= 0xc0) return end - at < sequenceBytes(byte) ? at : end;
    if (byte < 0x80) return end;
  }
  return end;
}

function sequenceBytes(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** The table of RFC 3629 section 4, one row a line: it leaves out overlong forms, surrogates and what is above U+10FFFF. */
function beginCharacter(lead: number): Utf8State {
  if (lead < 0xc2 || lead > 0xf4) return UTF8_INVALID;
  if (lead < 0xe0) return expecting(1, 0x80, 0xbf);
  if (lead === 0xe0) return expecting(2, 0xa0, 0xbf);
  if (lead === 0xed) return expecting(2, 0x80, 0x9f);
  if (lead < 0xf0) return expecting(2, 0x80, 0xbf);
  if (lead === 0xf0) return expecting(3, 0x90, 0xbf);
  if (lead < 0xf4) return expecting(3, 0x80, 0xbf);
  return expecting(3, 0x80, 0x8f);
}

function continueCharacter(state: Utf8State, byte: number): Utf8State {
  if (byte < ((state >>> 8) & 0xff) || byte > state >>> 16) return UTF8_INVALID;
  const missing = (state & 0xff) - 1;
  return missing === 0 ? UTF8_BOUNDARY : expecting(missing, 0x80, 0xbf);
}

function expecting(missingBytes: number, low: number, high: number): Utf8State {
  return missingBytes | (low << 8) | (high << 16);
}
