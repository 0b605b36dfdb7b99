import { connect } from 'node:net';
import { join } from 'node:path';
import type { ErrorCode } from '@parley/protocol';
import type { Config } from '../config/normalize.ts';
import { AppError } from '../kernel/app-error.ts';
import { Releasers } from '../kernel/lifecycle.ts';
import { silentLog } from '../kernel/log.ts';
import { CONTROL_SOCKET, type ControlResponse } from '../ops/control-socket.ts';

/**
 * Runs an administrative command: in the running server through its control socket, or, when none runs on this data
 * directory, on the opened storage.
 * @throws AppError what the command throws
 */
export async function administer(config: Config, command: string, args: object): Promise<unknown> {
  const response = await askServer(join(config.dataDir, CONTROL_SOCKET), `${JSON.stringify({ command, args })}\n`);
  if (response === undefined) return runOffline(config, command, args);
  if (response.ok) return response.result;
  throw new AppError(response.code as ErrorCode, { message: response.message, remedy: response.remedy });
}

/** The server's answer; undefined when no server listens. */
function askServer(path: string, request: string): Promise<ControlResponse | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT' || failure.code === 'ECONNREFUSED') return resolve(undefined);
      if (failure.code === 'EACCES') return reject(refusedSocket(path, failure));
      reject(failure);
    });
    socket.on('end', () => {
      socket.end();
      if (text === '') reject(new AppError('internal', { message: 'The server ended the control connection.' }));
      else resolve(JSON.parse(text) as ControlResponse);
    });
  });
}

function refusedSocket(path: string, cause: unknown): AppError {
  return new AppError('data_dir_unusable', {
    message: `This user may not open ${path}.`,
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
