import { describe, expect, it } from 'vitest';
import type { AutobahnCase } from '../../../test/fixtures/autobahn/autobahn-case.ts';
import { CLOSE_CASES } from '../../../test/fixtures/autobahn/close-cases.ts';
import { FRAGMENTATION_CASES } from '../../../test/fixtures/autobahn/fragmentation-cases.ts';
import { FRAMING_CASES } from '../../../test/fixtures/autobahn/framing-cases.ts';
import { LIMIT_CASES } from '../../../test/fixtures/autobahn/limit-cases.ts';
import { UTF8_CASES } from '../../../test/fixtures/autobahn/utf8-cases.ts';
import { EchoPeer } from '../../../test/fixtures/echo-peer.ts';
import { FrameLog } from '../../../test/fixtures/frame-log.ts';
import { FrameParser } from './frame-parser.ts';
import { frameParserOptions } from './frame-parser-options.ts';

const SERVER = frameParserOptions({ maxPayloadBytes: 16 * 1024 * 1024 });
const CLIENT = frameParserOptions({ ...SERVER, requireMask: false });

/** Plays the client of a case against an echo server, and reads its answers as a client does. */
function play({ steps }: AutobahnCase): void {
  const log = new FrameLog();
  const client = new FrameParser(CLIENT);
  let ends = 0;
  const server = new EchoPeer(SERVER, { write: (bytes) => client.push(bytes, log), end: () => ends++ });
  for (const { reads, replies } of steps) {
    const before = log.lines.length;
    for (const read of reads()) server.receive(read);
    expect(log.lines.slice(before)).toEqual(replies());
  }
  expect(ends).toBe(1);
}

describe.each([
  ['1 to 4, framing', FRAMING_CASES],
  ['5, fragmentation', FRAGMENTATION_CASES],
  ['6, UTF-8', UTF8_CASES],
  ['7, close', CLOSE_CASES],
  ['9 and 10, limits', LIMIT_CASES],
])('Autobahn sections %s', (_sections, cases) => {
  it.each(cases)('$id $what', play);
});

describe('the transcription of Autobahn|Testsuite', () => {
  it('has the 301 cases of sections 1 to 7, 9 and 10', () => {
    const cases = [FRAMING_CASES, FRAGMENTATION_CASES, UTF8_CASES, CLOSE_CASES, LIMIT_CASES].flat();
    expect(new Set(cases.map(({ id }) => id)).size).toBe(301);
    expect(cases).toHaveLength(301);
  });
});
