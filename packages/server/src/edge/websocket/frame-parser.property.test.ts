import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FrameParts, frameBytes } from '../../../test/fixtures/frame-bytes.ts';
import { FrameLog, logLine } from '../../../test/fixtures/frame-log.ts';
import { FrameParser } from './frame-parser.ts';
import { frameParserOptions } from './frame-parser-options.ts';

const MAX_PAYLOAD_BYTES = 2_000;
const MAX_CARRY_BYTES = 131;
const OPTIONS = frameParserOptions({
  maxPayloadBytes: MAX_PAYLOAD_BYTES,
  maxControlFramesPerSecond: 20,
  monotonic: () => 0,
});
const RUNS = { numRuns: 1_000, seed: 6455 };

/** What a run showed. Every check of the parser's own promises happens on the way. */
function run(reads: readonly Buffer[]): string[] {
  const log = new FrameLog();
  const parser = new FrameParser(OPTIONS);
  let receivedBytes = 0;
  for (const read of reads) {
    const linesBefore = log.lines.length;
    const wasStopped = parser.isStopped;
    parser.push(read, log);
    receivedBytes += read.length;
    if (wasStopped) expect(log.lines).toHaveLength(linesBefore);
    const bound = Math.min(MAX_PAYLOAD_BYTES, Math.max(1024, 2 * receivedBytes)) + MAX_CARRY_BYTES;
    expect(parser.retainedBytes).toBeLessThanOrEqual(parser.isStopped ? 0 : bound);
  }
  const isOver = /^(close|violation)/.test(log.lines.at(-1) ?? '');
  expect(parser.isStopped).toBe(isOver);
  return log.lines;
}

/** Cuts at the given places (fractions of the length); every piece has memory of its own. */
function cutAt(bytes: Buffer, fractions: readonly number[]): Buffer[] {
  const places = fractions.map((fraction) => Math.floor(fraction * bytes.length)).sort((one, other) => one - other);
  return [0, ...places].map((start, at) => Buffer.from(bytes.subarray(start, places[at] ?? bytes.length)));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 700 }),
  fc.uint8Array({ maxLength: 200 }),
);
const maskKey = fc.integer();
const anyFrame: fc.Arbitrary<FrameParts> = fc.record({
  opcode: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) }, { weight: 1, arbitrary: fc.nat(15) }),
  payload,
  isFinal: fc.boolean(),
  rsv: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
  maskKey: fc.oneof({ weight: 30, arbitrary: maskKey }, { weight: 1, arbitrary: fc.constant(null) }),
});

interface Message {
  readonly isText: boolean;
  readonly payload: Buffer;
  /** Where it is cut into fragments, as fractions. */
  readonly fragments: readonly number[];
  /** A ping between two fragments, or before the message. */
  readonly ping: Buffer;
  readonly maskKey: number;
}

const message: fc.Arbitrary<Message> = fc.record({
  isText: fc.boolean(),
  payload: fc.string({ unit: 'binary', maxLength: 400 }).map((text) => Buffer.from(text)),
  fragments: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  ping: fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes)),
  maskKey,
});

function messageBytes({ isText, payload: data, fragments, ping, maskKey: key }: Message): Buffer {
  const pieces = cutAt(data, fragments);
  const frames = pieces.map((piece, at) => {
    const opcode = at > 0 ? 0 : isText ? 1 : 2;
    return frameBytes({ opcode, payload: piece, isFinal: at === pieces.length - 1, maskKey: key });
  });
  frames.splice(pieces.length >> 1, 0, frameBytes({ opcode: 9, payload: ping, maskKey: ~key }));
  return Buffer.concat(frames);
}

describe('the frame parser, for any input', () => {
  it('gives back every message and ping, however they are fragmented and cut into reads', () => {
    const property = fc.property(fc.array(message, { maxLength: 5 }), cuts, (messages, places) => {
      const bytes = Buffer.concat(messages.map(messageBytes));
      const expected = messages.flatMap((each) => [
        logLine('ping', each.ping),
        logLine(each.isText ? 'text' : 'binary', each.payload),
      ]);
      expect(run(cutAt(bytes, places))).toEqual(expected);
    });
    fc.assert(property, RUNS);
  });

  it('gives the same events for any frames, sound or broken, at any cuts', () => {
    const property = fc.property(fc.array(anyFrame, { maxLength: 12 }), cuts, (frames, places) => {
      const bytes = Buffer.concat(frames.map(frameBytes));
      expect(run(cutAt(bytes, places))).toEqual(run([Buffer.from(bytes)]));
    });
    fc.assert(property, RUNS);
  });

  it('gives the same events at every single cut', () => {
    const property = fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 4 }), (frames) => {
      const bytes = Buffer.concat(frames.map(frameBytes)).subarray(0, 400);
      const whole = run([Buffer.from(bytes)]);
      for (let at = 0; at <= bytes.length; at++) {
        expect(run([Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))])).toEqual(whole);
      }
    });
    fc.assert(property, { ...RUNS, numRuns: 60 });
  });

  it('never throws on random bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (bytes, places) => {
      expect(run(cutAt(Buffer.from(bytes), places))).toEqual(run([Buffer.from(bytes)]));
    });
    fc.assert(property, RUNS);
  });

  it('survives any single byte of a sound stream being changed', () => {
    const property = fc.property(
      message,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      cuts,
      (each, place, flip, places) => {
        const bytes = messageBytes(each);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ flip;
        expect(run(cutAt(bytes, places))).toEqual(run([Buffer.from(bytes)]));
      },
    );
    fc.assert(property, RUNS);
  });
});
