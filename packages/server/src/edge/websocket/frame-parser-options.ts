import { systemClock } from '../../kernel/clock.ts';
import { MAX_CONTROL_PAYLOAD_BYTES } from './opcodes.ts';

/** What all parsers of one listener share; make it once with `frameParserOptions`. */
export interface FrameParserOptions {
  /**
   * Longest message in bytes, fragments added up; more is `message_too_big`, found in the header, before any payload
   * is stored. It also bounds what a parser keeps between reads. Default 65,536; 125 to 16,777,216.
   */
  readonly maxPayloadBytes: number;
  /** Pings and pongs accepted in one second of `monotonic`; more is `control_rate_exceeded`. Default 50. */
  readonly maxControlFramesPerSecond: number;
  /** True on a server, whose peers must mask every frame; false on a client, whose peer must not. Default true. */
  readonly requireMask: boolean;
  /** Milliseconds that never go back; asked once per ping or pong. Default: the machine's monotonic clock. */
  readonly monotonic: () => number;
}

const HARD_MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** Fills in the defaults and freezes. Throws a RangeError for a limit outside its range. */
export function frameParserOptions(options: Partial<FrameParserOptions> = {}): FrameParserOptions {
  const { maxPayloadBytes = 65_536, maxControlFramesPerSecond = 50, requireMask = true } = options;
  assertRange('maxPayloadBytes', maxPayloadBytes, MAX_CONTROL_PAYLOAD_BYTES, HARD_MAX_PAYLOAD_BYTES);
  assertRange('maxControlFramesPerSecond', maxControlFramesPerSecond, 1, 1_000_000);
  const monotonic = options.monotonic ?? systemClock.monotonic;
  return Object.freeze({ maxPayloadBytes, maxControlFramesPerSecond, requireMask, monotonic });
}

function assertRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${min} to ${max}.`);
}
