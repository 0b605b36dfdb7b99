import { describe, expect, it } from 'vitest';
import { createAddressMatcher, isAddressRange, isLoopbackAddress } from './address-ranges.ts';

describe('address ranges', () => {
  it.each(['10.0.0.7', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0', '::ffff:10.0.0.0/104'])('reads %s', (text) => {
    expect(isAddressRange(text)).toBe(true);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8/8',
    'localhost',
    '1/8',
    ' ::1',
  ])('refuses %j', (text) => {
    expect(isAddressRange(text)).toBe(false);
  });

  it('matches peers within them, in their mapped form too', () => {
    const matches = createAddressMatcher(['10.0.0.0/8', 'fd00::/8', '192.0.2.1']);
    for (const peer of ['10.255.0.1', '::ffff:10.0.0.1', 'fd12::1', 'fd12::1%eth0', '192.0.2.1']) {
      expect(matches(peer)).toBe(true);
    }
    for (const peer of ['11.0.0.1', '::ffff:11.0.0.1', 'fe80::1', '192.0.2.2', '', 'x', undefined]) {
      expect(matches(peer)).toBe(false);
    }
  });

  it('matches nobody when there is none', () => {
    expect(createAddressMatcher([])('127.0.0.1')).toBe(false);
  });

  it('knows loopback', () => {
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      expect(isLoopbackAddress(address)).toBe(true);
    }
    for (const address of ['128.0.0.1', '0.0.0.0', '::', '::2', undefined]) {
      expect(isLoopbackAddress(address)).toBe(false);
    }
  });
});
