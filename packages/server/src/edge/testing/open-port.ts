import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { silentLog } from '../../kernel/log.ts';
import type { CommandHandlers } from '../../ports/caller.ts';
import { createTestSession, type TestSession } from '../../session/testing/test-session.ts';
import { Admission } from '../admission.ts';
import { Arrival, type ArrivalTargets } from '../arrival.ts';
import type { EdgeContext, EdgeOptions } from '../edge-context.ts';

/** A client with a plain socket. */
export interface PlainClient {
  readonly socket: Socket;
  /** Everything read so far. */
  text(): string;
  /** The lines read so far, as objects. */
  lines(): readonly Record<string, unknown>[];
}

/** The one port on a loopback address, with a session layer whose time stands still. */
export interface TestPort extends AsyncDisposable {
  readonly session: TestSession;
  readonly admission: Admission;
  /** Handshakes as they were counted. */
  readonly counted: string[];
  isDraining: boolean;
  connect(): Promise<PlainClient>;
}

const OPTIONS: EdgeOptions = {
  sniffTimeoutMs: 10_000,
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 5000,
  heartbeatMs: 25_000,
  payloadMaxBytes: 1000,
  outboxHardBytes: 4_000_000,
  controlFrameRate: 50,
  tokenRefusalRate: 5,
};

/** Opens the port for a test. HTTP sockets are ended, with the client's address as the answer. */
export async function openPort(
  changes: {
    readonly handlers?: CommandHandlers;
    readonly targets?: Partial<ArrivalTargets>;
    readonly maxTotal?: number;
  } = {},
): Promise<TestPort> {
  const session = createTestSession({ handlers: changes.handlers ?? {} });
  const admission = new Admission({ maxPerAddress: 1000, maxTotal: changes.maxTotal ?? 1000, log: silentLog });
  const counted: string[] = [];
  const counters = { count: (...parts: string[]) => void counted.push(parts.join(' ')) };
  const port = { isDraining: false };
  const context: EdgeContext = {
    options: OPTIONS,
    clock: session.clock,
    wheel: session.layer.wheel,
    log: silentLog,
    session: session.layer,
    admission,
    counters: counters as unknown as EdgeContext['counters'],
    isDraining: () => port.isDraining,
  };
  const targets: ArrivalTargets = {
    tls: undefined,
    isTrustedProxy: () => false,
    isPlainAllowed: () => false,
    serveHttp: (socket, { ticket }) => void socket.end(`HTTP for ${ticket.address}`),
    redirectToTls: (socket) => void socket.write('redirected'),
    ...changes.targets,
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    Arrival.accept(context, targets, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(port, {
    session,
    admission,
    counted,
    connect: () => connectTo((server.address() as AddressInfo).port, sockets),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      session[Symbol.dispose]();
    },
  });
}

async function connectTo(port: number, sockets: Set<Socket>): Promise<PlainClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  sockets.add(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  // what matters is what was read; some endings are resets
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    socket,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
