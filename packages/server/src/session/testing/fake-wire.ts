import type { WireFormat } from '../../ports/outgoing.ts';
import type { TransportName, Wire } from '../wire.ts';

/** One JSON text per line, so that a test can read back what was written together. */
const testFormat: WireFormat = { name: 'test', slot: 0, encode: (json) => Buffer.from(`${json}\n`) };
/** Another format, to see who shares bytes with whom. */
export const otherFormat: WireFormat = { name: 'other', slot: 1, encode: (json) => Buffer.from(`${json}\r\n`) };

/** A message as a client reads it. */
export interface ReceivedMessage {
  readonly type?: string;
  readonly status?: string;
  readonly code?: string;
  readonly message?: string;
  readonly request_id?: unknown;
  readonly retry_after_ms?: number;
  readonly chat_id?: string;
  readonly seq?: number;
  readonly topic?: string;
  readonly offset?: number;
  /** Differs by type; tests name what they expect. */
  readonly payload: Record<string, unknown>;
}

/** A Wire for tests: remembers what is asked of it. While `isSlow`, the kernel takes nothing. */
export class FakeWire implements Wire {
  readonly transport: TransportName;
  readonly format: WireFormat;
  bufferedBytes = 0;
  isSlow = false;
  /** One entry per write. */
  readonly writes: Buffer[] = [];
  readonly calls: string[] = [];
  /** Runs within each write. */
  onWrite: (() => void) | undefined = undefined;
  end: { readonly code: number; readonly reason: string } | undefined = undefined;
  #read = 0;

  constructor(options: { readonly transport?: TransportName; readonly format?: WireFormat } = {}) {
    this.transport = options.transport ?? 'websocket';
    this.format = options.format ?? testFormat;
  }

  write(bytes: Buffer): void {
    if (this.end !== undefined) throw new Error('Something was written after the end.');
    this.writes.push(bytes);
    if (this.isSlow) this.bufferedBytes += bytes.length;
    this.onWrite?.();
  }

  ping = (): void => void this.calls.push('ping');
  pause = (): void => void this.calls.push('pause');
  resume = (): void => void this.calls.push('resume');
  admit = (): void => void this.calls.push('admit');

  close(code: number, reason: string): void {
    if (this.end !== undefined) throw new Error('It was closed twice.');
    this.end = { code, reason };
  }

  /** Every message written so far. */
  get messages(): readonly ReceivedMessage[] {
    return this.writes.flatMap((bytes) =>
      bytes
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as ReceivedMessage),
    );
  }

  /** The types of every message, errors by their code. */
  get types(): readonly (string | undefined)[] {
    return this.messages.map(({ type, code }) => code ?? type);
  }

  /** The messages since the last call. */
  take(): readonly ReceivedMessage[] {
    const fresh = this.messages.slice(this.#read);
    this.#read += fresh.length;
    return fresh;
  }
}
