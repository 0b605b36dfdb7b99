import { describe, expect, it } from 'vitest';
import { SNIFF_MAX_BYTES, type Sniffed, sniff } from './sniff.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const V2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

const CASES: readonly [string, Buffer, Sniffed][] = [
  ['nothing', bytes(''), 'more'],
  ['a brace', bytes('{'), 'lines'],
  ['a blank', bytes(' '), 'lines'],
  ['a line feed', bytes('\n'), 'lines'],
  ['a carriage return alone', bytes('\r'), 'more'],
  ['CR LF, which may be PROXY version 2', bytes('\r\n'), 'more'],
  ['CR LF CR LF, still the signature', bytes('\r\n\r\n'), 'more'],
  ['CR LF CR LF and a brace', bytes('\r\n\r\n{'), 'lines'],
  ['CR LF and a brace', bytes('\r\n{'), 'lines'],
  ['eleven bytes of the signature', V2.subarray(0, 11), 'more'],
  ['the whole signature', V2, 'proxy-v2'],
  ['a TLS record type alone', Buffer.from([0x16]), 'more'],
  ['a TLS handshake', Buffer.from([0x16, 0x03, 0x01]), 'tls'],
  ['a record type that is not TLS', Buffer.from([0x16, 0x04]), 'unknown'],
  ['SSL 2', Buffer.from([0x80, 0x2e, 0x01]), 'unknown'],
  ['a part of GET', bytes('GE'), 'more'],
  ['GET', bytes('GET '), 'http'],
  ['OPTIONS', bytes('OPTIONS *'), 'http'],
  ['HTTP/2 with prior knowledge', bytes('PRI * HTTP/2.0'), 'http'],
  ['P, which may be POST, PUT, PATCH, PRI or PROXY', bytes('P'), 'more'],
  ['PROXY', bytes('PROXY TCP4'), 'proxy-v1'],
  ['lower case', bytes('get /'), 'unknown'],
  ['SSH', bytes('SSH-2.0-x'), 'unknown'],
  ['an array, which is no message', bytes('[1]'), 'unknown'],
  ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b]), 'unknown'],
];

describe('sniffing the first bytes', () => {
  it.each(CASES)('decides on %s', (_name, input, expected) => {
    expect(sniff(input)).toBe(expected);
  });

  it('has always decided after the sniff limit', () => {
    for (let first = 0; first < 256; first++) {
      const input = Buffer.alloc(SNIFF_MAX_BYTES, first);
      expect(sniff(input)).not.toBe('more');
    }
    for (const [, input] of CASES) {
      const padded = Buffer.concat([input, Buffer.alloc(SNIFF_MAX_BYTES, 0x7e)]).subarray(0, SNIFF_MAX_BYTES);
      expect(sniff(padded)).not.toBe('more');
    }
  });

  it('never takes a decision back when more bytes come', () => {
    for (const [, input] of CASES) {
      let decided: Sniffed = 'more';
      for (let length = 1; length <= input.length; length++) {
        const now = sniff(input.subarray(0, length));
        if (decided !== 'more') expect(now).toBe(decided);
        decided = now;
      }
    }
  });
});
