import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Peer } from './arrival.ts';
import { forwardedClient, type IsTrustedProxy } from './forwarded.ts';
import { disownSocket, ownSocket } from './socket-owner.ts';
import { TicketHolder } from './ticket-holder.ts';
import { type UpgradeHandler, WEBSOCKET_PATH } from './websocket/upgrade-handler.ts';
import { parseUpgradeRequest } from './websocket/upgrade-request.ts';

const WEBSOCKET_START = Buffer.from(`GET ${WEBSOCKET_PATH}`, 'latin1');

/**
 * Takes sockets that begin with an HTTP request. A WebSocket handshake that came whole goes the direct way; everything
 * else goes through Node's HTTP server, whose `upgrade` event leads back here.
 */
export class HttpGateway {
  readonly #upgrades: UpgradeHandler;
  readonly #server: Server;
  readonly #peers = new WeakMap<Duplex, Peer>();

  constructor(upgrades: UpgradeHandler, server: Server) {
    this.#upgrades = upgrades;
    this.#server = server;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgradeFromNode(request, socket as Socket, head);
    });
  }

  /** The client of a request, after trusted proxies. */
  clientOf(
    request: IncomingMessage,
    isTrustedProxy: IsTrustedProxy,
  ): { readonly address: string; readonly isTls: boolean } {
    const peer = this.#peers.get(request.socket);
    if (peer === undefined) return { address: '', isTls: false };
    const { address, scheme } = forwardedClient(
      peer.ticket.address,
      {
        forwardedFor: request.headersDistinct['x-forwarded-for'] ?? [],
        forwardedProto: request.headersDistinct['x-forwarded-proto'] ?? [],
      },
      isTrustedProxy,
    );
    return { address, isTls: peer.isTls || scheme === 'https' };
  }

  /** Serves a socket; `firstBytes` were read from it already. */
  serve(socket: Socket, peer: Peer, firstBytes: Buffer): void {
    if (startsWith(firstBytes, WEBSOCKET_START)) {
      const request = parseUpgradeRequest(firstBytes);
      if (request.kind === 'upgrade') {
        ownSocket(socket, new TicketHolder(peer.ticket));
        this.#upgrades.handle(socket, peer, request, request.rest);
        return;
      }
    }
    this.#giveToNode(socket, peer, firstBytes);
  }

  #giveToNode(socket: Socket, peer: Peer, firstBytes: Buffer): void {
    disownSocket(socket, firstBytes);
    this.#peers.set(socket, peer);
    socket.once('close', () => peer.ticket.leave());
    this.#server.emit('connection', socket);
    socket.resume();
  }

  #upgradeFromNode(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const peer = this.#peers.get(socket);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    socket.setTimeout(0);
    ownSocket(socket, new TicketHolder(peer.ticket));
    // the bytes Node read beyond the head are frames; the copy is ours to unmask
    this.#upgrades.handle(socket, peer, request, Buffer.from(head));
    socket.resume();
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
}
