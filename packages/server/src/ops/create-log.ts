import { type LoggerOptions, pino } from 'pino';
import type { Log } from '../kernel/log.ts';

/** How the log is written. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'auto' | 'json' | 'pretty';
}

/** Fields that hold secrets wherever somebody logs a whole object; our own code logs none of them. */
const SECRET_FIELDS = [
  'token',
  'password',
  'refresh_token',
  'refreshToken',
  'accessToken',
  'authorization',
  'cookie',
  'secret',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * The server's log: JSON lines on standard output, or readable ones on a terminal. Written synchronously, so that the last
 * line before an exit is there.
 */
export async function createLog({ level, format }: LogOptions): Promise<{ readonly log: Log }> {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY === true);
  const options: LoggerOptions = {
    level,
    redact: { paths: SECRET_FIELDS, censor: '[secret]' },
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!isPretty) return { log: pino(options, pino.destination({ dest: 1, sync: true })) };
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({ sync: true, translateTime: 'SYS:HH:MM:ss', colorize: process.stdout.isTTY === true });
  return { log: pino(options, stream) };
}
