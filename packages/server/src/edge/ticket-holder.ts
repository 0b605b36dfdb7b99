import type { AdmissionTicket } from './admission.ts';
import type { SocketOwner } from './socket-owner.ts';

/** Owns a socket while its fate is decided, and a refused one until it is gone: reads nothing, gives its place back. */
export class TicketHolder implements SocketOwner {
  readonly #ticket: AdmissionTicket;

  constructor(ticket: AdmissionTicket) {
    this.#ticket = ticket;
  }

  onData(): void {
    // dropped
  }

  onEnd(): void {
    // our side ends by itself
  }

  onDrain(): void {
    // nothing more is written
  }

  onClosed(): void {
    this.#ticket.leave();
  }
}
