import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../kernel/addresses.ts';

/** The client of a request, after trusted proxies. */
export interface HttpClient {
  readonly address: string;
  readonly isTls: boolean;
}

/** Says who sent a request; given by whoever accepted the socket. */
export type ClientOf = (request: IncomingMessage) => HttpClient;

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/** Whether a request comes from a program on this machine itself, and not through a proxy on it for somebody else. */
export function isLocalRequest(request: IncomingMessage, client: HttpClient): boolean {
  return isLoopback(client.address) && FORWARDING_HEADERS.every((name) => request.headers[name] === undefined);
}
