import { isUtf8 } from 'node:buffer';
import { FRAME_VIOLATIONS, type FrameViolation } from './frame-violations.ts';

/** Stands for "the close frame carried no code" (RFC 6455 section 7.1.5); never on the wire. */
export const NO_CLOSE_CODE = 1005;

/** What a close frame says. */
export interface ClosePayload {
  readonly code: number;
  readonly reason: string;
}

/** Decodes the payload of a close frame (RFC 6455 section 5.5.1), or names what is wrong with it. */
export function parseClosePayload(payload: Buffer): ClosePayload | FrameViolation {
  if (payload.length === 0) return { code: NO_CLOSE_CODE, reason: '' };
  if (payload.length === 1) return FRAME_VIOLATIONS.close_too_short;
  const code = payload.readUInt16BE(0);
  if (!isSendableCloseCode(code)) return FRAME_VIOLATIONS.close_code_invalid;
  const reason = payload.subarray(2);
  return isUtf8(reason) ? { code, reason: reason.toString('utf8') } : FRAME_VIOLATIONS.close_reason_not_utf8;
}

/**
 * Whether a close frame may carry this code: those that RFC 6455 section 7.4.1 and the IANA registry define for the
 * wire (1004 is reserved; 1005, 1006 and 1015 only stand for the lack of a frame), libraries' 3000-3999 and
 * applications' 4000-4999.
 */
export function isSendableCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}
