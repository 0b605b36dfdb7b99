import { connect } from 'node:net';
import type { ErrorCode } from '@parley/protocol';
import type { Config } from '../config/normalize.ts';
import { AppError } from '../kernel/app-error.ts';
import { Releasers } from '../kernel/lifecycle.ts';
import { silentLog } from '../kernel/log.ts';
import { openControlAddress } from '../ops/control-address.ts';
import type { ControlResponse } from '../ops/control-socket.ts';

/**
 * Runs an administrative command: in the running server through its control socket, or, when none runs on this data
 * directory, on the opened storage.
 * @throws AppError what the command throws
 */
export async function administer(config: Config, command: string, args: object): Promise<unknown> {
  const response = await askServer(config.dataDir, `${JSON.stringify({ command, args })}\n`);
  if (response === undefined) return runOffline(config, command, args);
  if (response.ok) return response.result;
  throw new AppError(response.code as ErrorCode, { message: response.message, remedy: response.remedy });
}

/** What connecting says when no server listens; a directory that is not there or not one is found out offline. */
const NO_SERVER: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'];

/** The server's answer; undefined when no server listens. @throws AppError `data_dir_unusable` */
async function askServer(directory: string, request: string): Promise<ControlResponse | undefined> {
  try {
    using address = openControlAddress(directory);
    // awaited here: the address is closed on leaving
    return await exchange(address.path, request);
  } catch (failure) {
    if (failure instanceof AppError) throw failure;
    if (NO_SERVER.includes((failure as NodeJS.ErrnoException).code)) return undefined;
    throw unreachableServer(directory, failure);
  }
}

function exchange(path: string, request: string): Promise<ControlResponse> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      if (text === '') reject(new AppError('internal', { message: 'The server ended the control connection.' }));
      else resolve(JSON.parse(text) as ControlResponse);
    });
  });
}

function unreachableServer(directory: string, cause: unknown): AppError {
  const isForbidden = (cause as NodeJS.ErrnoException).code === 'EACCES';
  const reason = isForbidden ? 'this user may not open it' : cause instanceof Error ? cause.message : 'unknown';
  return new AppError('data_dir_unusable', {
    message: `The control socket in ${directory} cannot be used: ${reason}.`,
    remedy: 'Run the command as the user that runs the server, or as root.',
    cause,
  });
}

async function runOffline(config: Config, command: string, args: object): Promise<unknown> {
  const { openCore } = await import('../compose.ts');
  await using releasers = new Releasers();
  const core = await openCore(config, silentLog, releasers);
  // awaited here: what was opened is closed on leaving
  return await core.administration.run(command, args);
}
