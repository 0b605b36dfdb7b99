import { describe, expect, it } from 'vitest';
import { networkOf } from './addresses.ts';

describe('networkOf', () => {
  it('counts an IPv4 address alike in both its spellings', () => {
    expect(networkOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  });

  it('counts the /64 of an IPv6 address, which its owner moves within at will', () => {
    expect(networkOf('2001:db8:1:2:aaaa::1')).toBe(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  });

  it('takes what is no address for its own text', () => {
    expect(networkOf('control socket')).toBe('control socket');
  });
});
