import { describe, expect, it } from 'vitest';
import { cutEvery, frameBytes } from '../../../test/fixtures/frame-bytes.ts';
import { FrameLog } from '../../../test/fixtures/frame-log.ts';
import { FrameParser } from './frame-parser.ts';
import { type FrameParserOptions, frameParserOptions } from './frame-parser-options.ts';
import type { FrameSink } from './frame-sink.ts';

function setUp(options: Partial<FrameParserOptions> = {}) {
  const log = new FrameLog();
  const parser = new FrameParser(frameParserOptions(options));
  return { log, parser };
}

describe('the memory of a frame parser', () => {
  it('is nothing between messages', () => {
    const { log, parser } = setUp();
    for (const read of cutEvery(frameBytes({ opcode: 1, payload: 'x'.repeat(300) }), 7)) parser.push(read, log);
    for (const read of cutEvery(frameBytes({ opcode: 9, payload: 'x'.repeat(100) }), 7)) parser.push(read, log);
    expect(log.lines).toHaveLength(2);
    expect(parser.retainedBytes).toBe(0);
  });

  it('follows what has arrived, not what was announced', () => {
    const { log, parser } = setUp({ maxPayloadBytes: 16 * 1024 * 1024 });
    const frame = frameBytes({ opcode: 2, payload: Buffer.alloc(16 * 1024 * 1024) });
    parser.push(Buffer.from(frame.subarray(0, 14)), log);
    expect(parser.retainedBytes).toBe(0);
    parser.push(Buffer.from(frame.subarray(14, 15)), log);
    expect(parser.retainedBytes).toBe(1024);
    parser.push(Buffer.from(frame.subarray(15, 70_000)), log);
    expect(parser.retainedBytes).toBeLessThanOrEqual(140_000);
  });

  it('does not pin the read that a message began in', () => {
    const { log, parser } = setUp();
    const read = Buffer.concat([Buffer.alloc(0), frameBytes({ opcode: 1, payload: 'cut here', isFinal: false })]);
    parser.push(read, log);
    read.fill(0);
    parser.push(frameBytes({ opcode: 0, payload: ' and there' }), log);
    expect(log.lines).toEqual(['text "cut here and there"']);
  });

  it('delivers a message that came whole as a view of the read, without a copy', () => {
    const { parser } = setUp();
    const read = Buffer.concat([frameBytes({ opcode: 2, payload: 'one' }), frameBytes({ opcode: 1, payload: 'two' })]);
    const payloads: Buffer[] = [];
    const sink: FrameSink = Object.assign(new FrameLog(), { onMessage: (payload: Buffer) => payloads.push(payload) });
    parser.push(read, sink);
    expect(payloads.map(String)).toEqual(['one', 'two']);
    expect(payloads.every((payload) => payload.buffer === read.buffer)).toBe(true);
  });

  // ws CVE-2026-48779: a chunk object per fragment turned a legal message into memory without bound.
  it('stays at the size of the message for 65,536 fragments of one byte', () => {
    const { log, parser } = setUp();
    parser.push(frameBytes({ opcode: 2, payload: 'x', isFinal: false }), log);
    const fragment = frameBytes({ opcode: 0, payload: 'x', isFinal: false });
    for (let count = 2; count < 65_536; count++) parser.push(Buffer.from(fragment), log);
    expect(parser.retainedBytes).toBe(65_536);
    parser.push(frameBytes({ opcode: 0, payload: 'x' }), log);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatch('binary 65536 bytes');
  });

  it('stays at nothing for 100,000 empty fragments, and the connection lives', () => {
    const { log, parser } = setUp();
    parser.push(frameBytes({ opcode: 1, isFinal: false }), log);
    const fragments = Buffer.concat(Array.from({ length: 1000 }, () => frameBytes({ opcode: 0, isFinal: false })));
    for (let round = 0; round < 100; round++) parser.push(Buffer.from(fragments), log);
    expect(parser.retainedBytes).toBe(0);
    parser.push(frameBytes({ opcode: 0, payload: 'alive' }), log);
    expect(log.lines).toEqual(['text "alive"']);
  });
});

describe('the control frame rate', () => {
  it('ends a ping flood with 1008', () => {
    const { log, parser } = setUp({ maxControlFramesPerSecond: 3, monotonic: () => 5_000 });
    parser.push(Buffer.concat(Array.from({ length: 10 }, () => frameBytes({ opcode: 9 }))), log);
    expect(log.lines).toEqual(['ping', 'ping', 'ping', 'violation 1008 control_rate_exceeded']);
  });

  it('counts unsolicited pongs as well', () => {
    const { log, parser } = setUp({ maxControlFramesPerSecond: 1, monotonic: () => 5_000 });
    parser.push(Buffer.concat([frameBytes({ opcode: 10 }), frameBytes({ opcode: 9 })]), log);
    expect(log.lines.at(-1)).toBe('violation 1008 control_rate_exceeded');
  });

  it('begins anew each second and asks the clock for control frames only', () => {
    let nowMs = 5_000;
    let questions = 0;
    const monotonic = () => {
      questions++;
      return nowMs;
    };
    const { log, parser } = setUp({ maxControlFramesPerSecond: 2, monotonic });
    for (; nowMs < 15_000; nowMs += 500) parser.push(frameBytes({ opcode: 9 }), log);
    expect(log.lines).toHaveLength(20);
    parser.push(frameBytes({ opcode: 1, payload: 'x' }), log);
    expect(questions).toBe(20);
  });

  it('lets the close frame pass', () => {
    const { log, parser } = setUp({ maxControlFramesPerSecond: 1, monotonic: () => 5_000 });
    parser.push(Buffer.concat([frameBytes({ opcode: 9 }), frameBytes({ opcode: 8 })]), log);
    expect(log.lines.at(-1)).toBe('close 1005');
  });
});

describe('stop', () => {
  it('makes a running push return', () => {
    const { log, parser } = setUp();
    const sink: FrameSink = Object.assign(new FrameLog(), {
      onMessage(payload: Buffer, isText: boolean) {
        log.onMessage(payload, isText);
        parser.stop();
      },
    });
    parser.push(Buffer.concat(['a', 'b', 'c'].map((payload) => frameBytes({ opcode: 1, payload }))), sink);
    expect(log.lines).toEqual(['text "a"']);
    expect(parser.isStopped).toBe(true);
  });

  it('makes later pushes do nothing, and lets go of a half message', () => {
    const { log, parser } = setUp();
    const [first, second] = cutEvery(frameBytes({ opcode: 1, payload: 'x'.repeat(100) }), 60);
    parser.push(first as Buffer, log);
    expect(parser.retainedBytes).toBeGreaterThan(0);
    parser.stop();
    expect(parser.retainedBytes).toBe(0);
    parser.push(second as Buffer, log);
    parser.push(frameBytes({ opcode: 9 }), log);
    expect(log.lines).toEqual([]);
  });
});

describe('a sink that runs another parser', () => {
  it('does not disturb the first', () => {
    const outer = setUp();
    const inner = setUp();
    const sink: FrameSink = Object.assign(new FrameLog(), {
      onMessage(payload: Buffer, isText: boolean) {
        outer.log.onMessage(payload, isText);
        inner.parser.push(frameBytes({ opcode: 2, payload: 'inner', isFinal: false }).subarray(0, 8), inner.log);
      },
    });
    const reads = cutEvery(
      Buffer.concat(['one', 'two', 'three'].map((payload) => frameBytes({ opcode: 1, payload }))),
      5,
    );
    for (const read of reads) outer.parser.push(read, sink);
    expect(outer.log.lines).toEqual(['text "one"', 'text "two"', 'text "three"']);
  });
});

describe('frameParserOptions', () => {
  it('is frozen and has the documented defaults', () => {
    const options = frameParserOptions();
    expect(Object.isFrozen(options)).toBe(true);
    expect(options).toMatchObject({ maxPayloadBytes: 65_536, maxControlFramesPerSecond: 50, requireMask: true });
  });

  it.each([
    { maxPayloadBytes: 124 },
    { maxPayloadBytes: 16 * 1024 * 1024 + 1 },
    { maxPayloadBytes: 1000.5 },
    { maxPayloadBytes: Number.NaN },
    { maxControlFramesPerSecond: 0 },
  ])('refuses %o', (options) => {
    expect(() => frameParserOptions(options)).toThrow(RangeError);
  });
});
