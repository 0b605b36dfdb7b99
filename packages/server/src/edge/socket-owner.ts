import type { Socket } from 'node:net';

/** Whoever reads a socket at the moment. Ownership passes on as layers are recognised. */
export interface SocketOwner {
  onData(chunk: Buffer): void;
  /** The peer will send nothing more; our side is still open. */
  onEnd(): void;
  onDrain(): void;
  /** The socket is gone; the last call. */
  onClosed(): void;
}

const OWNER = Symbol('owner');

let reportFault: (failure: unknown) => void = () => undefined;

/** Says who is told about faults in owners. */
export function onOwnerFault(report: (failure: unknown) => void): void {
  reportFault = report;
}

interface OwnedSocket extends Socket {
  [OWNER]?: SocketOwner | undefined;
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  try {
    this[OWNER]?.onData(chunk);
  } catch (failure) {
    // a fault of ours that somebody's bytes have found ends that connection, not the process
    reportFault(failure);
    this.destroy();
  }
}
function onEnd(this: OwnedSocket): void {
  this[OWNER]?.onEnd();
}
function onDrain(this: OwnedSocket): void {
  this[OWNER]?.onDrain();
}
function onClose(this: OwnedSocket): void {
  const owner = this[OWNER];
  this[OWNER] = undefined;
  owner?.onClosed();
}
function onError(): void {
  // 'close' follows; without a listener an error of one socket would end the process
}

/** Makes an owner the reader of a socket. Listeners are shared functions: no closure per connection. */
export function ownSocket(socket: Socket, owner: SocketOwner): void {
  const owned = socket as OwnedSocket;
  const isNew = owned[OWNER] === undefined;
  owned[OWNER] = owner;
  if (!isNew) return;
  socket.on('error', onError);
  socket.on('close', onClose);
  socket.on('end', onEnd);
  socket.on('drain', onDrain);
  socket.on('data', onData);
}

/** Gives a socket to somebody who listens by itself (TLS, HTTP); the error listener stays. `unread` is read again first. */
export function disownSocket(socket: Socket, unread: Buffer): void {
  const owned = socket as OwnedSocket;
  owned[OWNER] = undefined;
  socket.removeListener('data', onData);
  socket.removeListener('drain', onDrain);
  socket.removeListener('end', onEnd);
  socket.removeListener('close', onClose);
  socket.pause();
  if (unread.length > 0) socket.unshift(unread);
}
