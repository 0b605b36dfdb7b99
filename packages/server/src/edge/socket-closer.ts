import type { Socket } from 'node:net';
import type { TimingWheel, WheelEntry } from '../kernel/timing-wheel.ts';

/** Destroys a socket unless it has closed by itself before a deadline. */
export class SocketCloser implements WheelEntry {
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelTick = -1;
  readonly #socket: Socket;

  constructor(socket: Socket, wheel: TimingWheel, delayMs: number) {
    this.#socket = socket;
    wheel.schedule(this, delayMs);
    socket.once('close', () => wheel.cancel(this));
  }

  onDue(): void {
    this.#socket.destroy();
  }
}
