import { describe, expect, it } from 'vitest';
import { cutEvery, frameBytes } from '../../../test/fixtures/frame-bytes.ts';
import { FrameLog } from '../../../test/fixtures/frame-log.ts';
import { FrameParser } from './frame-parser.ts';
import { type FrameParserOptions, frameParserOptions } from './frame-parser-options.ts';
import { FRAME_VIOLATIONS } from './frame-violations.ts';

/** Parses the bytes twice, in one read and byte by byte, expects the same, and returns the events. */
function parse(bytes: Buffer, options: Partial<FrameParserOptions> = {}): string[] {
  const whole = parseReads([Buffer.from(bytes)], options);
  expect(parseReads(cutEvery(bytes, 1), options)).toEqual(whole);
  return whole;
}

function parseReads(reads: Buffer[], options: Partial<FrameParserOptions>): string[] {
  const log = new FrameLog();
  const parser = new FrameParser(frameParserOptions({ monotonic: () => 0, ...options }));
  for (const read of reads) parser.push(read, log);
  return log.lines;
}

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

describe('the frame parser on what RFC 6455 allows', () => {
  it('reads the examples of section 5.7', () => {
    expect(parse(hex('81 85 37fa213d 7f9f4d5158'))).toEqual(['text "Hello"']);
    expect(parse(hex('89 85 37fa213d 7f9f4d5158'))).toEqual(['ping 48656c6c6f']);
    expect(parse(hex('8a 85 37fa213d 7f9f4d5158'))).toEqual(['pong 48656c6c6f']);
    expect(parse(hex('81 05 48656c6c6f'), { requireMask: false })).toEqual(['text "Hello"']);
    expect(parse(hex('01 03 48656c', '80 02 6c6f'), { requireMask: false })).toEqual(['text "Hello"']);
  });

  it.each([0, 1, 125, 126, 127, 65_535, 65_536])(
    'reads a payload of %i bytes, whose length form changes there',
    (size) => {
      const payload = Buffer.alloc(size, 'x');
      const log = new FrameLog();
      new FrameParser(frameParserOptions()).push(frameBytes({ opcode: 2, payload }), log);
      expect(log.lines[0]).toMatch(size > 64 ? `binary ${size} bytes` : 'binary');
    },
  );

  it('reads a close frame with nothing, a code, and a code with a reason', () => {
    expect(parse(frameBytes({ opcode: 8 }))).toEqual(['close 1005']);
    expect(parse(frameBytes({ opcode: 8, payload: hex('03e8') }))).toEqual(['close 1000']);
    expect(parse(frameBytes({ opcode: 8, payload: hex('0fa1', Buffer.from('bye ✓').toString('hex')) }))).toEqual([
      'close 4001 bye ✓',
    ]);
  });

  it.each([1000, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999])('accepts close code %i', (code) => {
    expect(parse(frameBytes({ opcode: 8, payload: hex(code.toString(16).padStart(4, '0')) }))).toEqual([
      `close ${code}`,
    ]);
  });

  it('answers control frames between and inside messages, in wire order', () => {
    const bytes = Buffer.concat([
      frameBytes({ opcode: 1, payload: 'a', isFinal: false }),
      frameBytes({ opcode: 9, payload: '1' }),
      frameBytes({ opcode: 0, payload: 'b', isFinal: false }),
      frameBytes({ opcode: 10, payload: '2' }),
      frameBytes({ opcode: 0, payload: 'c' }),
      frameBytes({ opcode: 2, payload: 'd' }),
    ]);
    expect(parse(bytes)).toEqual(['ping 31', 'pong 32', 'text "abc"', 'binary 64']);
  });

  it('joins a character that fragments cut into single bytes', () => {
    const [first, ...rest] = cutEvery(Buffer.from('€😀'), 1);
    const frames = [frameBytes({ opcode: 1, payload: first as Buffer, isFinal: false })];
    for (const [at, byte] of rest.entries()) {
      frames.push(frameBytes({ opcode: 0, payload: byte, isFinal: at === rest.length - 1 }));
    }
    expect(parse(Buffer.concat(frames))).toEqual(['text "€😀"']);
  });
});

describe('the frame parser on what RFC 6455 forbids', () => {
  it.each([
    ['rsv_not_zero', 'RSV1 without an extension', 'c1 80 00000000'],
    ['rsv_not_zero', 'RSV3 on a ping', '99 80 00000000'],
    ['opcode_reserved', 'data opcode 3', '83 80 00000000'],
    ['opcode_reserved', 'data opcode 7', '87 80 00000000'],
    ['opcode_reserved', 'control opcode 11', '8b 80 00000000'],
    ['opcode_reserved', 'control opcode 15', '8f 80 00000000'],
    ['control_fragmented', 'a ping without FIN', '09 80 00000000'],
    ['control_too_long', 'a ping with a 16-bit length', '89 fe 007e 00000000'],
    ['control_too_long', 'a close with a 64-bit length', '88 ff 0000000000000001 00000000'],
    ['continuation_unexpected', 'a continuation of nothing', '80 80 00000000'],
    ['continuation_missing', 'a text frame inside a text message', '01 80 00000000 81 80 00000000'],
    ['continuation_missing', 'a binary frame inside a text message', '01 80 00000000 82 80 00000000'],
    ['mask_missing', 'an unmasked frame', '81 00'],
    ['length_not_minimal', '125 in 16 bits', '82 fe 007d 00000000'],
    ['length_not_minimal', '0 in 16 bits', '82 fe 0000 00000000'],
    ['length_not_minimal', '65,535 in 64 bits', '82 ff 000000000000ffff 00000000'],
    ['length_overflow', 'the highest length bit', '82 ff 8000000000010000 00000000'],
    ['close_too_short', 'a close payload of one byte', '88 81 00000000 03'],
    ['close_code_invalid', 'close code 0', '88 82 00000000 0000'],
    ['close_code_invalid', 'close code 999', '88 82 00000000 03e7'],
    ['close_code_invalid', 'close code 1004', '88 82 00000000 03ec'],
    ['close_code_invalid', 'close code 1005', '88 82 00000000 03ed'],
    ['close_code_invalid', 'close code 1006', '88 82 00000000 03ee'],
    ['close_code_invalid', 'close code 1015', '88 82 00000000 03f7'],
    ['close_code_invalid', 'close code 2999', '88 82 00000000 0bb7'],
    ['close_code_invalid', 'close code 5000', '88 82 00000000 1388'],
    ['close_reason_not_utf8', 'a broken reason', '88 83 00000000 03e8 ff'],
    ['text_not_utf8', 'broken text', '81 81 00000000 ff'],
    ['text_not_utf8', 'text that ends inside a character', '81 82 00000000 e282'],
    ['text_not_utf8', 'a message that ends inside a character', '01 82 00000000 e282 80 80 00000000'],
    ['message_too_big', 'a length over the limit', '82 ff 0000000000010001 00000000'],
    ['message_too_big', 'a length beyond safe integers', '82 ff 7fffffffffffffff 00000000'],
  ] as const)('%s: %s', (reason, _what, bytes) => {
    const ping = frameBytes({ opcode: 9 });
    const events = parse(Buffer.concat([hex(bytes), ping]));
    expect(events).toEqual([`violation ${FRAME_VIOLATIONS[reason].closeCode} ${reason}`]);
  });

  it('refuses a masked frame in the role of a client', () => {
    expect(parse(frameBytes({ opcode: 1, payload: 'x' }), { requireMask: false })).toEqual([
      'violation 1002 mask_unexpected',
    ]);
  });

  it('gives every violation a reason that fits into a close frame', () => {
    for (const [reason, violation] of Object.entries(FRAME_VIOLATIONS)) {
      expect(violation.reason).toBe(reason);
      expect(reason).toMatch(/^[a-z0-9_]{1,123}$/);
      expect([1002, 1007, 1008, 1009]).toContain(violation.closeCode);
    }
  });

  it('refuses a continuation of a finished message', () => {
    expect(parse(hex('01 80 00000000 80 80 00000000 80 80 00000000'))).toEqual([
      'text ""',
      'violation 1002 continuation_unexpected',
    ]);
  });

  it('ignores what follows a close frame', () => {
    const bytes = Buffer.concat([frameBytes({ opcode: 8 }), frameBytes({ opcode: 9 }), hex('ffff')]);
    expect(parse(bytes)).toEqual(['close 1005']);
  });
});

describe('the frame parser fails fast', () => {
  function setUp() {
    const log = new FrameLog();
    const parser = new FrameParser(frameParserOptions());
    return { log, parser };
  }

  it('at the second byte of a header', () => {
    const { log, parser } = setUp();
    parser.push(hex('81 05'), log);
    expect(log.lines).toEqual(['violation 1002 mask_missing']);
  });

  it('at the length, before any payload: too big is refused on the header', () => {
    const { log, parser } = setUp();
    parser.push(hex('82 ff 0000000000010001 00000000'), log);
    expect(log.lines).toEqual(['violation 1009 message_too_big']);
    expect(parser.retainedBytes).toBe(0);
  });

  it('at the header of the fragment with which the sum is too big', () => {
    const { log, parser } = setUp();
    parser.push(frameBytes({ opcode: 2, payload: Buffer.alloc(65_000), isFinal: false }), log);
    parser.push(frameBytes({ opcode: 0, payload: Buffer.alloc(536), isFinal: false }), log);
    expect(log.lines).toEqual([]);
    parser.push(hex('80 81 00000000'), log);
    expect(log.lines).toEqual(['violation 1009 message_too_big']);
  });

  it('at the first bad byte of a frame whose payload is still arriving', () => {
    const { log, parser } = setUp();
    const frame = frameBytes({ opcode: 1, payload: hex('cebae1bdb9cf83cebcceb5 f4 90 8080 656469746564') });
    parser.push(Buffer.from(frame.subarray(0, 6 + 12)), log);
    expect(log.lines).toEqual([]);
    parser.push(Buffer.from(frame.subarray(6 + 12, 6 + 13)), log);
    expect(log.lines).toEqual(['violation 1007 text_not_utf8']);
  });

  it('but does not check the limit of a message against a control frame inside it', () => {
    const { log, parser } = setUp();
    parser.push(frameBytes({ opcode: 2, payload: Buffer.alloc(65_536), isFinal: false }), log);
    parser.push(frameBytes({ opcode: 9, payload: 'still here' }), log);
    expect(log.lines).toEqual([`ping ${Buffer.from('still here').toString('hex')}`]);
  });
});
