import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from '../compose.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Log } from '../kernel/log.ts';
import { readVersion } from '../kernel/version.ts';
import { createLog } from '../ops/create-log.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Signals within this time count as one: npm and the terminal both pass on the same Ctrl-C. */
const SAME_SIGNAL_MS = 1000;
/** What the process may take beyond the drain to write and close everything. */
const EXIT_GRACE_MS = 1500;
/** Where the first administrator's password goes when there is no terminal to show it on. */
const FIRST_ADMIN_FILE = 'first-admin.txt';

/** `parley start`: runs the server until a signal; resolves with the exit code. */
export async function startCommand(loaded: LoadedConfig, terminal: Terminal): Promise<number> {
  const { config, warnings } = loaded;
  const { log } = await createLog({ level: config.logLevel, format: config.logFormat });
  for (const warning of warnings) log.warn({}, warning);
  const version = readVersion();
  const { startServer } = await import('../compose.ts');
  const server = await startServer(config, log, version);
  const signals = watchSignals();
  const fault = watchFaults(log);
  terminal.remark(await greet(server, config.dataDir, version));
  log.info({ ...server.address, version, pid: process.pid }, 'listening');
  const reason = await Promise.race([signals.first, fault]);
  log.info({ reason }, 'draining');
  const exitCode = reason === FAULT ? EXIT.failed : EXIT.ok;
  return drain(server, { reason, force: signals.second, drainMs: config.drainMs, exitCode }, log);
}

/** Why the server stops when it does not trust itself any more. */
const FAULT = 'fault';

/**
 * Resolves with an exception that nobody caught. What clients send is caught where it is read, so this is a fault in the
 * server's own business: it stops in order, and whoever supervises it starts it again. A rejected promise that nobody
 * waited for is only told.
 */
function watchFaults(log: Log): Promise<string> {
  process.on('unhandledRejection', (failure) =>
    log.error({ err: failure }, 'a promise was rejected and nobody waited for it'),
  );
  return new Promise((resolve) => {
    process.on('uncaughtException', (failure) => {
      log.fatal({ err: failure }, 'an exception was not caught; the server stops');
      resolve(FAULT);
    });
  });
}

/** How to stop. */
interface Stop {
  readonly reason: string;
  readonly force: AbortSignal;
  readonly drainMs: number;
  readonly exitCode: number;
}

async function drain(server: RunningServer, { reason, force, drainMs, exitCode }: Stop, log: Log): Promise<never> {
  const deadline = new AbortController();
  const isLate = sleep(drainMs + EXIT_GRACE_MS, true, { signal: deadline.signal, ref: false }).catch(() => false);
  const isForced = new Promise<boolean>((resolve) =>
    force.addEventListener('abort', () => resolve(true), { once: true }),
  );
  const stopped = server.stop(reason, force).then(
    () => false,
    (failure: unknown) => {
      log.error({ err: failure }, 'stopping failed');
      return false;
    },
  );
  const isCut = await Promise.race([stopped, isLate, isForced.then(() => sleep(EXIT_GRACE_MS, true, { ref: false }))]);
  deadline.abort();
  if (isCut) log.warn({}, 'not everything ended in time; exiting all the same');
  else log.info({}, 'stopped');
  process.exit(exitCode);
}

/** The first signal, and an AbortSignal for a second one that is not an echo of the first. */
function watchSignals(): { readonly first: Promise<string>; readonly second: AbortSignal } {
  const forced = new AbortController();
  let firstAtMs: number | undefined;
  const first = new Promise<string>((resolve) => {
    const receive = (signal: NodeJS.Signals): void => {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        resolve(signal);
      } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) {
        forced.abort();
      }
    };
    process.on('SIGTERM', receive);
    process.on('SIGINT', receive);
  });
  return { first, second: forced.signal };
}

/** What a person sees who starts the server: where it is and one thing to try. */
async function greet(server: RunningServer, dataDir: string, version: string): Promise<string> {
  const { host, port } = server.address;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const authority = `${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  const s = server.isTls ? 's' : '';
  const lines = [
    `Parley ${version} is running.`,
    '',
    `  web page     http${s}://${authority}/`,
    `  WebSocket    ws${s}://${authority}/ws`,
    `  TCP          ${authority}   one JSON object per line`,
    `  data         ${dataDir}`,
    '',
  ];
  const admin = server.firstAdmin;
  let login = '{"type":"ping"}';
  if (admin !== undefined && process.stderr.isTTY) {
    lines.push(
      'First administrator, shown only now:',
      `  user name    ${admin.username}`,
      `  password     ${admin.password}`,
      '',
    );
    login = JSON.stringify({ type: 'login', username: admin.username, password: admin.password });
  } else if (admin !== undefined) {
    const path = join(dataDir, FIRST_ADMIN_FILE);
    await writeFile(path, `user name: ${admin.username}\npassword: ${admin.password}\n`, { mode: 0o600 });
    lines.push(
      `The first administrator's user name and password are in ${path}; remove the file once you have them.`,
      '',
    );
  }
  lines.push('Try it from another terminal:', `  echo '${login}' | nc ${shown} ${port}`, '');
  return lines.join('\n');
}
