import { canonicalAddress } from '../kernel/addresses.ts';

/** Decides whether an address is a proxy whose headers are believed. */
export type IsTrustedProxy = (address: string) => boolean;

/** What a request says about whom it was forwarded for; each header may occur several times. */
export interface ForwardingHeaders {
  readonly forwardedFor: readonly string[];
  readonly forwardedProto: readonly string[];
}

/** Where a request came from, and by which scheme; undefined when nobody who is believed told it. */
export interface ForwardedClient {
  readonly address: string;
  readonly scheme: 'http' | 'https' | undefined;
}

/**
 * The client behind trusted proxies: walking X-Forwarded-For from the right, the first hop that is no trusted proxy.
 * Whatever stands left of it was written by strangers. A peer that is not trusted is the client, whatever it claims.
 */
export function forwardedClient(
  peerAddress: string,
  headers: ForwardingHeaders,
  isTrustedProxy: IsTrustedProxy,
): ForwardedClient {
  if (!isTrustedProxy(peerAddress)) return { address: peerAddress, scheme: undefined };
  const hops = listOf(headers.forwardedFor);
  let address = peerAddress;
  while (isTrustedProxy(address)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    address = canonicalAddress(withoutPort(hop));
  }
  const [scheme] = listOf(headers.forwardedProto);
  return { address, scheme: scheme === 'http' || scheme === 'https' ? scheme : undefined };
}

/** A hop as some proxies write it: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function withoutPort(hop: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(hop) ?? [];
  return bracketed ?? plain ?? hop;
}

function listOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map((part) => part.trim())).filter((part) => part !== '');
}
