import { BlockList, isIP, isIPv4 } from 'node:net';

/** Whether a text is an IP address or a range such as `10.0.0.0/8` or `fd00::/8`. */
export function isAddressRange(text: string): boolean {
  return splitRange(text) !== undefined;
}

/**
 * Builds a test for the peers of sockets. IPv4 addresses match in their IPv6-mapped form too (`::ffff:10.0.0.1`), zone
 * ids are ignored, and what is no address matches nothing.
 * @param ranges addresses and ranges that {@link isAddressRange} accepts; others match nothing.
 */
export function createAddressMatcher(ranges: readonly string[]): (address: string | undefined) => boolean {
  if (ranges.length === 0) return () => false;
  const list = new BlockList();
  for (const range of ranges) {
    const parts = splitRange(range);
    if (parts !== undefined) list.addSubnet(parts.address, parts.bits, familyOf(parts.address));
  }
  return (address) => {
    const plain = address?.replace(/%.*$/, '') ?? '';
    return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
  };
}

/** Whether an address belongs to this machine's loopback: 127.0.0.0/8 (RFC 1122), ::1. */
export const isLoopbackAddress: (address: string | undefined) => boolean = createAddressMatcher(['127.0.0.0/8', '::1']);

function splitRange(text: string): { readonly address: string; readonly bits: number } | undefined {
  const [, address = '', bitsText] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const maxBits = version === 4 ? 32 : 128;
  const bits = bitsText === undefined ? maxBits : Number(bitsText);
  return bits <= maxBits ? { address, bits } : undefined;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
