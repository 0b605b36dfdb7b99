import { describe, expect, it } from 'vitest';
import { forwardedClient } from './forwarded.ts';

const isTrusted = (address: string) => address === '127.0.0.1' || address.startsWith('10.');
const from = (peer: string, forwardedFor: string[], forwardedProto: string[] = []) =>
  forwardedClient(peer, { forwardedFor, forwardedProto }, isTrusted);

describe('the client behind proxies', () => {
  it('is the peer when that is no trusted proxy, whatever it claims', () => {
    expect(from('203.0.113.9', ['127.0.0.1'], ['https'])).toEqual({ address: '203.0.113.9', scheme: undefined });
  });

  it('is the right-most hop that is not trusted, so that a spoofed first hop counts for nothing', () => {
    expect(from('127.0.0.1', ['1.2.3.4, 203.0.113.9, 10.0.0.7'], ['https'])).toEqual({
      address: '203.0.113.9',
      scheme: 'https',
    });
    expect(from('127.0.0.1', ['1.2.3.4', '203.0.113.9'])).toMatchObject({ address: '203.0.113.9' });
  });

  it('is the last proxy when no hop is left', () => {
    expect(from('127.0.0.1', [])).toMatchObject({ address: '127.0.0.1' });
    expect(from('127.0.0.1', ['10.0.0.1'])).toMatchObject({ address: '10.0.0.1' });
  });

  it('reads IPv6 in brackets and mapped IPv4', () => {
    expect(from('127.0.0.1', ['[2001:DB8::1]:4711'])).toMatchObject({ address: '2001:db8::1' });
    expect(from('127.0.0.1', ['::ffff:203.0.113.9'])).toMatchObject({ address: '203.0.113.9' });
  });

  it('leaves ports out, so that each connection of a client counts for the same address', () => {
    expect(from('127.0.0.1', ['203.0.113.9:4711'])).toMatchObject({ address: '203.0.113.9' });
    expect(from('127.0.0.1', ['203.0.113.9, 10.0.0.7:80'])).toMatchObject({ address: '203.0.113.9' });
    expect(from('127.0.0.1', ['[2001:db8::1]'])).toMatchObject({ address: '2001:db8::1' });
    expect(from('127.0.0.1', ['2001:db8::1'])).toMatchObject({ address: '2001:db8::1' });
  });

  it('believes no scheme but http and https', () => {
    expect(from('127.0.0.1', [], ['javascript'])).toMatchObject({ scheme: undefined });
  });
});
