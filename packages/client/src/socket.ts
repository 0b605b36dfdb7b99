/** The part of a WebSocket that the client uses; the global one of browsers and Node has it. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((message: { readonly data: unknown }) => void) | null;
  onclose: ((ending: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Opens a socket. @throws when the address cannot be one */
export type OpenSocket = (url: string, subprotocols: readonly string[]) => SocketLike;

/** Opens the platform's own WebSocket. */
export const openWebSocket: OpenSocket = (url, subprotocols) =>
  new WebSocket(url, [...subprotocols]) as unknown as SocketLike;

/**
 * The address of the server's WebSocket endpoint: `http` becomes `ws`, an address without a path gets `/ws`.
 * @throws TypeError when it is no http, https, ws or wss address, or carries a fragment
 */
export function socketUrl(address: string | URL): string {
  const url = new URL(address);
  const scheme = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }[url.protocol];
  if (scheme === undefined || url.hash !== '') {
    throw new TypeError(`${String(address)} is not the address of a server: it must begin with https:// or wss://.`);
  }
  if (url.pathname === '/') url.pathname = '/ws';
  return url.href.replace(url.protocol, scheme);
}
