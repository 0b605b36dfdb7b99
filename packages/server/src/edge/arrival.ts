import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ErrorCode } from '@parley/protocol';
import { canonicalAddress, isLoopback } from '../kernel/addresses.ts';
import { AppError } from '../kernel/app-error.ts';
import type { WheelEntry } from '../kernel/timing-wheel.ts';
import { errorReply } from '../session/error-reply.ts';
import type { HandshakeStage } from '../session/handshake-counters.ts';
import type { AdmissionTicket } from './admission.ts';
import type { EdgeContext } from './edge-context.ts';
import { readProxyV1, readProxyV2 } from './proxy-protocol.ts';
import { SNIFF_MAX_BYTES, type Sniffed, sniff } from './sniff.ts';
import { SocketCloser } from './socket-closer.ts';
import { disownSocket, ownSocket, type SocketOwner } from './socket-owner.ts';
import { TcpWire } from './tcp/tcp-wire.ts';
import { TicketHolder } from './ticket-holder.ts';
import type { TlsIdentity } from './tls-identity.ts';

/** What an arrival may turn into, beyond lines. */
export interface ArrivalTargets {
  /** The certificate, when there is one. */
  readonly tls: TlsIdentity | undefined;
  /** Whether an address may name the client behind it. */
  isTrustedProxy(address: string): boolean;
  /** Whether plain text is served to an address although there is a certificate. */
  isPlainAllowed(address: string): boolean;
  /** Takes a socket whose first bytes are an HTTP request; they are given along, unread. */
  serveHttp(socket: Socket, peer: Peer, firstBytes: Buffer): void;
  /** Takes a socket whose first bytes are an HTTP request on plain text where TLS is wanted. */
  redirectToTls(socket: Socket, firstBytes: Buffer): void;
}

/** The client of a socket, after trusted proxies: its place among the unauthenticated holds its address. */
export interface Peer {
  readonly ticket: AdmissionTicket;
  readonly isTls: boolean;
}

/**
 * A socket that has just been accepted. Layers are taken off until it is clear what it speaks; they only descend, each at
 * most once:
 *
 *     accept ──> PROXY header? ──> TLS? ──> HTTP, or lines
 *        '── nothing within the deadline, unknown bytes, a layer twice ──> one error line where it makes sense, closed
 */
export class Arrival implements SocketOwner, WheelEntry {
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelTick = -1;
  readonly #context: EdgeContext;
  readonly #targets: ArrivalTargets;
  readonly #socket: Socket;
  /** The transport peer, who may be a proxy. */
  readonly #peerAddress: string;
  readonly #ticket: AdmissionTicket;
  #isBelowProxy = false;
  readonly #isTls: boolean;
  #bytes: Buffer | undefined = undefined;

  constructor(
    context: EdgeContext,
    targets: ArrivalTargets,
    socket: Socket,
    from: { readonly peerAddress: string; readonly ticket: AdmissionTicket; readonly isTls: boolean },
  ) {
    this.#context = context;
    this.#targets = targets;
    this.#socket = socket;
    this.#peerAddress = from.peerAddress;
    this.#ticket = from.ticket;
    this.#isTls = from.isTls;
    const { sniffTimeoutMs, handshakeTimeoutMs } = context.options;
    context.wheel.schedule(this, from.isTls ? handshakeTimeoutMs : sniffTimeoutMs);
    ownSocket(socket, this);
  }

  /** Accepts a socket of the listener, unless there are too many without a user. */
  static accept(context: EdgeContext, targets: ArrivalTargets, socket: Socket): void {
    const address = canonicalAddress(socket.remoteAddress ?? '');
    const ticket = context.admission.enter(address);
    if (ticket === undefined) {
      context.counters.count('accept', 'refused', 'too_many_connections');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    new Arrival(context, targets, socket, { peerAddress: address, ticket, isTls: false });
  }

  onData(chunk: Buffer): void {
    const bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = undefined;
    const sniffed = sniff(bytes.length > SNIFF_MAX_BYTES ? bytes.subarray(0, SNIFF_MAX_BYTES) : bytes);
    if (sniffed === 'more') this.#bytes = bytes;
    else this.#descend(sniffed, bytes);
  }

  onEnd(): void {
    this.#socket.destroy();
  }

  onDrain(): void {
    // nothing is written here
  }

  onClosed(): void {
    this.#context.wheel.cancel(this);
    this.#ticket.leave();
    this.#context.counters.count(this.#isTls ? 'tls' : 'sniff', 'refused', 'gone');
  }

  onDue(): void {
    if (this.#bytes === undefined) this.#refuse(this.#isTls ? 'tls' : 'sniff', 'handshake_timeout');
    else this.#refuse('sniff', 'unrecognised_protocol');
  }

  #descend(sniffed: Exclude<Sniffed, 'more'>, bytes: Buffer): void {
    switch (sniffed) {
      case 'proxy-v1':
      case 'proxy-v2':
        return this.#readProxy(sniffed, bytes);
      case 'tls':
        return this.#startTls(bytes);
      case 'http':
        return this.#isPlainRefused() ? this.#redirect(bytes) : this.#serveHttp(bytes);
      case 'lines':
        return this.#isPlainRefused() ? this.#refuse('sniff', 'tls_required') : this.#serveLines(bytes);
      case 'unknown':
        return this.#refuse('sniff', 'unrecognised_protocol');
    }
  }

  #readProxy(version: 'proxy-v1' | 'proxy-v2', bytes: Buffer): void {
    // a header within TLS or after another one would let a client name itself
    const isAllowed = !this.#isBelowProxy && !this.#isTls && this.#targets.isTrustedProxy(this.#peerAddress);
    if (!isAllowed) return this.#refuse('proxy', 'proxy_header_invalid');
    const header = version === 'proxy-v1' ? readProxyV1(bytes) : readProxyV2(bytes);
    if (header.kind === 'invalid') return this.#refuse('proxy', 'proxy_header_invalid');
    if (header.kind === 'more') {
      this.#bytes = bytes;
      return;
    }
    this.#isBelowProxy = true;
    if (header.address !== undefined && !this.#ticket.moveTo(canonicalAddress(header.address))) {
      return this.#refuse('accept', 'too_many_connections');
    }
    const rest = bytes.subarray(header.length);
    if (rest.length > 0) this.onData(rest);
  }

  #startTls(bytes: Buffer): void {
    const { tls } = this.#targets;
    if (this.#isTls) return this.#refuse('sniff', 'unrecognised_protocol');
    if (tls === undefined) return this.#refuse('tls', 'tls_on_plain_port');
    this.#handOver(bytes);
    const secure = new TLSSocket(this.#socket, {
      isServer: true,
      secureContext: tls.context,
      ALPNProtocols: ['http/1.1'],
    });
    new Arrival(this.#context, this.#targets, secure, {
      peerAddress: this.#peerAddress,
      ticket: this.#ticket,
      isTls: true,
    });
  }

  #isPlainRefused(): boolean {
    if (this.#isTls || this.#targets.tls === undefined) return false;
    return !isLoopback(this.#peerAddress) && !this.#targets.isPlainAllowed(this.#peerAddress);
  }

  #redirect(bytes: Buffer): void {
    this.#context.wheel.cancel(this);
    this.#context.counters.count('tls', 'refused', 'tls_required');
    this.#targets.redirectToTls(this.#socket, bytes);
    this.#endSoon();
  }

  #serveHttp(bytes: Buffer): void {
    this.#context.wheel.cancel(this);
    this.#targets.serveHttp(this.#socket, { ticket: this.#ticket, isTls: this.#isTls }, bytes);
  }

  #serveLines(bytes: Buffer): void {
    if (this.#context.isDraining()) return this.#refuse('open', 'draining');
    this.#context.wheel.cancel(this);
    this.#context.counters.count('open', 'ok', 'tcp');
    const wire = new TcpWire(this.#context, this.#socket, this.#ticket);
    ownSocket(this.#socket, wire);
    wire.onData(bytes);
  }

  /** Lets go of the socket; the next owner answers for it, and for its place in the admission. */
  #handOver(unread: Buffer): void {
    this.#context.wheel.cancel(this);
    disownSocket(this.#socket, unread);
  }

  #refuse(stage: HandshakeStage, code: ErrorCode): void {
    this.#context.wheel.cancel(this);
    this.#context.counters.count(stage, 'refused', code);
    this.#context.log.debug({ address: this.#ticket.address, stage, code }, 'connection refused');
    // a TLS client could not read a line
    if (code !== 'tls_on_plain_port') {
      this.#socket.write(`${JSON.stringify({ type: 'error', ...errorReply(new AppError(code)) })}\n`);
    }
    this.#endSoon();
  }

  #endSoon(): void {
    this.#socket.end();
    this.#socket.resume();
    new SocketCloser(this.#socket, this.#context.wheel, 1000);
    ownSocket(this.#socket, new TicketHolder(this.#ticket));
  }
}
