import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopbackAddress } from './address-ranges.ts';
import { type HostName, parseHostName, shortestIpv6 } from './host-name.ts';
import type { Config } from './normalize.ts';

/** The address a listener is bound to, as `server.address()` tells it. */
export interface ListeningAddress {
  readonly address: string;
}

/** Decides which pages may connect, and which names this server answers to (defence against DNS rebinding). */
export interface OriginRule {
  /**
   * Whether a request to this `Host` may be answered: loopback, the address listened on (on a wildcard address: every
   * address of the machine), hosts of DOMAIN_URL and ALLOWED_HOSTS. Case, the trailing dot and the port are not
   * compared: a page that was rebound to this server keeps its own name, and the port is what reached us anyway.
   * A missing or malformed `Host` is refused.
   */
  isAllowedHost(host: string | undefined): boolean;
  /**
   * Whether a page of this origin may connect: none (only without a cookie: see {@link isListedOrigin}), the server's
   * own, exactly those of DOMAIN_URL; while that is empty and the listener is on loopback also http://localhost and
   * http://127.0.0.1 with any port. `null` is refused.
   * @param host the request's `Host`. The server's own origin is scheme, name and port of it, as the client sees them.
   * @param scheme how the client reached us, when that is known (TLS here, or X-Forwarded-Proto of a trusted proxy).
   *   Unknown, a page of the same host and port is own with either scheme.
   */
  isAllowedOrigin(origin: string | undefined, host: string | undefined, scheme?: 'http' | 'https'): boolean;
  /** Whether an origin is present and exactly one of DOMAIN_URL. A cookie counts only with such a one. */
  isListedOrigin(origin: string | undefined): boolean;
}

/** Addresses of the machine that runs this. Asked until it names the address in question: interfaces come up late. */
export type OwnAddresses = () => readonly string[];

/** Builds the rule for one listener. */
export function createOriginRule(
  config: Pick<Config, 'host' | 'domainUrl' | 'allowedHosts'>,
  listening: ListeningAddress,
  ownAddresses: OwnAddresses = interfaceAddresses,
): OriginRule {
  const listed = new Set(config.domainUrl);
  // HOST may be a name; an address counts as the one listened on, and the wildcard 0.0.0.0 is nobody's name.
  const boundName = isIP(config.host) === 0 ? [config.host.toLowerCase()] : [];
  const names = new Set(['localhost', ...boundName, ...config.allowedHosts, ...config.domainUrl.flatMap(hostOfOrigin)]);
  const isWildcard = WILDCARDS.has(listening.address);
  const opensToLocalPages = listed.size === 0 && isLoopbackAddress(listening.address);

  const isOwnAddress = (name: string): boolean =>
    (isWildcard ? ownAddresses() : [listening.address]).some((address) => isSameAddress(address, name));
  const isAllowedHost = (header: string | undefined): boolean => {
    const host = parseHostName(header);
    if (host === undefined) return false;
    if (names.has(host.name) || isLoopbackAddress(host.name)) return true;
    if (isIP(host.name) === 0 || !isOwnAddress(host.name)) return false;
    names.add(host.name);
    return true;
  };
  const isOwnOrigin = (origin: string, header: string | undefined, scheme?: 'http' | 'https'): boolean =>
    isAllowedHost(header) &&
    (scheme === undefined ? SCHEMES : [scheme]).some((candidate) => originOf(candidate, header) === origin);

  return {
    isAllowedHost,
    isListedOrigin: (origin) => origin !== undefined && listed.has(origin),
    isAllowedOrigin: (origin, host, scheme) =>
      origin === undefined ||
      listed.has(origin) ||
      (opensToLocalPages && LOCAL_PAGE.test(origin)) ||
      isOwnOrigin(origin, host, scheme),
  };
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const SCHEMES = ['http', 'https'] as const;
const LOCAL_PAGE = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/;

/** The origin of this server for a client that sent this `Host`, in the spelling of browsers. */
function originOf(scheme: 'http' | 'https', header: string | undefined): string | undefined {
  return parseHostName(header) === undefined ? undefined : URL.parse(`${scheme}://${header}`)?.origin;
}

function hostOfOrigin(origin: string): string[] {
  const host: HostName | undefined = /^https?:/.test(origin)
    ? parseHostName(origin.replace(/^https?:\/\//, ''))
    : undefined;
  return host === undefined ? [] : [host.name];
}

/** Compares an address of a socket or interface with one of a `Host`; IPv4 may come mapped (`::ffff:10.0.0.7`). */
function isSameAddress(local: string, name: string): boolean {
  const plain = local.replace(/%.*$/, '');
  return plain === name || plain === `::ffff:${name}` || shortestIpv6(plain) === name;
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}
