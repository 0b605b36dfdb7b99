import ipaddr from 'ipaddr.js';

/** One spelling per address: IPv4 inside IPv6 becomes IPv4, IPv6 is shortened; what is no address stays as it is. */
export function canonicalAddress(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
  if (!address.includes(':')) return address;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

/** Whether an address is of this host's loopback interface. */
export function isLoopback(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === '::1' || canonical.startsWith('127.');
}
