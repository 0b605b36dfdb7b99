import ipaddr from 'ipaddr.js';

/** Leading bytes of an IPv6 address that one customer of a network usually gets to choose from behind (a /64). */
const IPV6_NETWORK_BYTES = 8;

/** One spelling per address: IPv4 inside IPv6 becomes IPv4, IPv6 is shortened; what is no address stays as it is. */
export function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

/**
 * What limits count as one address: an IPv4 address (also when written as IPv6), or the /64 of an IPv6 address, whose
 * owner has all of it. Anything else is its own text.
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${Buffer.from(parsed.toByteArray().slice(0, IPV6_NETWORK_BYTES)).toString('hex')}/64`;
}

/** Whether an address is of this machine: then it says nothing about who is behind it (a proxy, usually). */
export function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === '::1' || canonical.startsWith('127.');
}
