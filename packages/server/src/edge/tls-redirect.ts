import type { Socket } from 'node:net';
import { AppError } from '../kernel/app-error.ts';
import { createConnectionId } from '../session/session-layer.ts';
import { encodeHttpRefusal } from './http-refusal.ts';

const MAX_TARGET_BYTES = 2048;

/**
 * Answers an HTTP request that came in plain text where TLS is wanted: 308 to the same address with https when the
 * request's head tells it, else `tls_required`. Only host names this server answers to are sent anywhere.
 */
export function redirectToTls(socket: Socket, firstBytes: Buffer, isAllowedHost: (host: string) => boolean): void {
  const head = firstBytes.subarray(0, MAX_TARGET_BYTES).toString('latin1');
  const target = /^[A-Z]+ (\/[\x21-\x7e]*) HTTP\/1\.[01]\r\n/.exec(head)?.[1];
  const host = /\r\nhost:[ \t]*([\w.:[\]-]+)[ \t]*\r\n/i.exec(head)?.[1];
  const isRedirect = target !== undefined && host !== undefined && isAllowedHost(host);
  socket.write(
    encodeHttpRefusal(new AppError('tls_required'), {
      stage: 'tls',
      traceId: createConnectionId(),
      ...(isRedirect && { status: 308, headers: { location: `https://${host}${target}` } }),
    }),
  );
}
