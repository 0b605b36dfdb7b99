import { describe, expect, it } from 'vitest';
import { readProxyV1, readProxyV2 } from './proxy-protocol.ts';

const v1 = (line: string) => Buffer.from(line, 'latin1');
const SIGNATURE = '0d0a0d0a000d0a515549540a';
const v2 = (hex: string) => Buffer.from(SIGNATURE + hex, 'hex');

describe('the PROXY header, version 1', () => {
  it('gives the client address of TCP4 and TCP6', () => {
    expect(readProxyV1(v1('PROXY TCP4 203.0.113.7 10.0.0.1 51234 443\r\n{"type"'))).toEqual({
      kind: 'header',
      address: '203.0.113.7',
      length: 43,
    });
    expect(readProxyV1(v1('PROXY TCP6 2001:db8::1 ::1 1 2\r\n'))).toMatchObject({ address: '2001:db8::1' });
  });

  it('gives no address for UNKNOWN, whatever follows', () => {
    expect(readProxyV1(v1('PROXY UNKNOWN ffff::1 x\r\n'))).toMatchObject({ kind: 'header', address: undefined });
  });

  it('waits for the end of the line, but not beyond 107 bytes', () => {
    expect(readProxyV1(v1('PROXY TCP4 203.0.113.7'))).toEqual({ kind: 'more' });
    expect(readProxyV1(v1(`PROXY TCP4 ${'1'.repeat(120)}`))).toEqual({ kind: 'invalid' });
    expect(readProxyV1(v1(`PROXY TCP4 ${'1'.repeat(120)}\r\n`))).toEqual({ kind: 'invalid' });
  });

  it.each([
    'PROXY TCP4 203.0.113.7 10.0.0.1 51234\r\n',
    'PROXY TCP4 2001:db8::1 10.0.0.1 1 2\r\n',
    'PROXY TCP4 203.0.113.999 10.0.0.1 1 2\r\n',
    'PROXY TCP4 203.0.113.7 10.0.0.1 1 65536\r\n',
    'PROXY TCP4 203.0.113.7 10.0.0.1 01 2\r\n',
    'PROXY TCP4  203.0.113.7 10.0.0.1 1 2\r\n',
    'PROXY UDP4 203.0.113.7 10.0.0.1 1 2\r\n',
    'PROXY \r\n',
  ])('refuses %j', (line) => {
    expect(readProxyV1(v1(line))).toEqual({ kind: 'invalid' });
  });
});

describe('the PROXY header, version 2', () => {
  it('gives the client address of TCP over IPv4 and IPv6, and skips TLVs', () => {
    expect(readProxyV2(v2('2111000ccb0071070a000001c82201bb'))).toEqual({
      kind: 'header',
      address: '203.0.113.7',
      length: 28,
    });
    const six = `${'20010db8000000000000000000000001'.repeat(2)}00010002`;
    expect(readProxyV2(v2(`21210024${six}`))).toMatchObject({ address: '2001:0db8:0000:0000:0000:0000:0000:0001' });
    expect(readProxyV2(v2('2111000fcb0071070a000001c82201bb040000'))).toMatchObject({ length: 31 });
  });

  it('gives no address for LOCAL and for other families', () => {
    expect(readProxyV2(v2('20000000'))).toEqual({ kind: 'header', address: undefined, length: 16 });
    expect(readProxyV2(v2('21310000'))).toMatchObject({ address: undefined });
  });

  it('waits for all of it', () => {
    expect(readProxyV2(v2('2111'))).toEqual({ kind: 'more' });
    expect(readProxyV2(v2('2111000ccb007107'))).toEqual({ kind: 'more' });
  });

  it('refuses another version, an unknown command, a short address and an endless length', () => {
    for (const hex of ['1111000c', '2211000c', '21110004cb007107', '2111ffff']) {
      expect(readProxyV2(v2(hex))).toEqual({ kind: 'invalid' });
    }
  });
});
