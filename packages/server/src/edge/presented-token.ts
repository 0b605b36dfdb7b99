import { SUBPROTOCOL_BEARER_PREFIX } from '@parley/protocol';

/** What a handshake carries that may hold a token. */
export interface TokenPlaces {
  readonly authorization: string | undefined;
  /** The query as sent, without the question mark. */
  readonly query: string;
  readonly subprotocols: readonly string[];
  /** The Cookie header, when cookies may count at all. */
  readonly cookie: string | undefined;
  readonly cookieName: string;
}

/**
 * The token a client presented: the Authorization header, then the subprotocol item `bearer.<token>`, then `?token=`, then
 * the cookie. Undefined when it presented none; an empty one is one.
 */
export function findPresentedToken(places: TokenPlaces): string | undefined {
  return (
    fromAuthorization(places.authorization) ??
    fromSubprotocols(places.subprotocols) ??
    fromQuery(places.query) ??
    fromCookie(places.cookie, places.cookieName)
  );
}

function fromAuthorization(value: string | undefined): string | undefined {
  if (value === undefined || !/^bearer(\s|$)/i.test(value)) return undefined;
  return value.slice('bearer'.length).trim();
}

function fromSubprotocols(subprotocols: readonly string[]): string | undefined {
  const item = subprotocols.find((subprotocol) => subprotocol.startsWith(SUBPROTOCOL_BEARER_PREFIX));
  return item?.slice(SUBPROTOCOL_BEARER_PREFIX.length);
}

function fromQuery(query: string): string | undefined {
  if (!query.includes('token')) return undefined;
  return new URLSearchParams(query).get('token') ?? undefined;
}

function fromCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
