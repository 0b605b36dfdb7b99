import { isIPv6 } from 'node:net';

/** A `Host` header taken apart (RFC 9110 section 7.2). */
export interface HostName {
  /** Lower case, without the trailing dot of a fully qualified name; IPv6 in its shortest form, without brackets. */
  readonly name: string;
  readonly port: number | undefined;
}

const GRAMMAR = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?)(?::(\d{1,5}))?$/i;
const LONGEST = 300;

/**
 * Reads `name[:port]`. `undefined` for anything else: user info, paths, white space, several values, IPv6 without
 * brackets or with a zone. Numbers that some resolvers take for an address (`0x7f.1`) stay the names they look like.
 */
export function parseHostName(header: string | undefined): HostName | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  const [, bracketed, plain, portText] = GRAMMAR.exec(header) ?? [];
  const name = bracketed === undefined ? plain?.toLowerCase() : shortestIpv6(bracketed);
  const port = portText === undefined ? undefined : Number(portText);
  if (name === undefined || (port !== undefined && port > 65_535)) return undefined;
  return { name, port };
}

/** The shortest spelling of an IPv6 address (RFC 5952), so that two spellings compare equal. */
export function shortestIpv6(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
}
