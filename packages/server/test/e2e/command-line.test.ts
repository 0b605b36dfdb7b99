import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../support/local-users.ts';
import { runParley, runParleyJson } from '../support/run-parley.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  directory = await temporaryDirectory();
});

afterAll(async () => {
  await directory[Symbol.asyncDispose]();
});

const dataDir = () => join(directory.path, 'data');
const parley = (args: readonly string[], more: { readonly env?: Record<string, string>; readonly cwd?: string } = {}) =>
  runParley(args, { dataDir: dataDir(), ...more });
const json = (args: readonly string[], more: { readonly env?: Record<string, string>; readonly cwd?: string } = {}) =>
  runParleyJson(args, { dataDir: dataDir(), ...more });

describe('a data directory in a deep place', () => {
  it('is administered as any other, although its path is too long for a socket', async () => {
    const deep = { dataDir: join(directory.path, 'd'.repeat(150)) };
    await using server = await startServer(deep);
    const made = (await runParleyJson(['user', 'add', 'deep'], deep)) as { readonly password: string };
    await signIn(server, { username: 'deep', password: made.password });
    expect((await server.kill('SIGTERM')).exitCode).toBe(0);
    await runParley(['user', 'list'], deep);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['a command that there is not', ['strat'], /unknown command 'strat'\n\(Did you mean start\?\)/],
    ['an option that there is not', ['start', '--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['an argument missing', ['user', 'add'], /missing required argument 'username'/],
    ['an argument too many', ['user', 'list', 'all'], /too many arguments/],
    ['an option without its value', ['start', '--port'], /argument missing/],
    ['a needed option missing', ['key', 'create', 'k'], /required option '--scope <scope\.\.\.>' not specified/],
  ])('(%s) exits with 2 and says what is wrong', async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await parley(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('asked for help is none', async () => {
    for (const args of [['--help'], ['user', '--help'], ['start', '--help'], ['key', 'create', '--help']]) {
      const { exitCode, stdout, stderr } = await parley(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: parley/);
    }
    expect(await parley(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a command that needs no data', () => {
  it('explains a token without a server, a key or a data directory', async () => {
    const { exitCode, stdout } = await parley(['token', 'inspect', mintUserToken('ann')]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/claim {4}sub = "ann"/);
    const args = ['token', 'inspect', mintUserToken('ann')];
    expect(await json(args, { env: { JWT_SECRET } })).toMatchObject({ verdict: { ok: true } });
    expect(existsSync(dataDir())).toBe(false);
  });

  it('lists the scopes of keys', async () => {
    expect((await parley(['key', 'scopes'])).stdout).toMatch(/^scope +allows\npublish +/);
  });
});

describe('parley config', () => {
  it('tells each setting, where it comes from, and no part of a secret', async () => {
    const secret = randomBytes(32).toString('base64url');
    const env = { PORT: '4711', JWT_SECRET: secret };
    const lines = (await json(['config'], { env })) as readonly Record<string, unknown>[];
    expect(lines).toContainEqual(expect.objectContaining({ name: 'PORT', value: 4711, source: 'env' }));
    const { exitCode, stdout, stderr } = await parley(['config'], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/PORT +4711/);
    expect(JSON.stringify(lines) + stdout + stderr).not.toContain(secret.slice(0, 8));
  });

  it('reads a file, an .env file, the environment and flags, the last one winning', async () => {
    await using place = await temporaryDirectory();
    await writeFile(join(place.path, 'parley.config.json'), '{"port": 1111, "logLevel": "warn", "heartbeatMs": 1000}');
    await writeFile(join(place.path, '.env'), 'PORT=2222\nLOG_LEVEL=debug\n');
    const lines = (await json(['config'], { cwd: place.path, env: { PORT: '3333' } })) as readonly {
      readonly name: string;
      readonly value: unknown;
      readonly source: string;
    }[];
    const of = (name: string) => lines.find((line) => line.name === name);
    expect([of('PORT')?.value, of('LOG_LEVEL')?.value, of('HEARTBEAT_MS')?.value]).toEqual([3333, 'debug', 1000]);
  });
});

describe('a wrong configuration', () => {
  it.each<readonly [string, Record<string, string>, string, RegExp]>([
    [
      'a number that is none',
      { PORT: 'http' },
      'config_invalid',
      /^PORT is "http" \(set in the environment\)\. It takes /,
    ],
    ['a number out of range', { HEARTBEAT_MS: '1' }, 'config_invalid', /^HEARTBEAT_MS is "1" .*10 /],
    [
      'a choice that there is not',
      { LOG_LEVEL: 'loud' },
      'config_invalid',
      /It takes `debug`, `info`, `warn` or `error`\./,
    ],
    ['half of TLS', { TLS_CERT: '/tmp/cert.pem' }, 'config_invalid', /TLS_KEY/],
    ['an origin that is none', { DOMAIN_URL: 'app.example.com' }, 'config_invalid', /^DOMAIN_URL /],
    ['a database that is not supported', { DATABASE_URL: 'postgres://x' }, 'not_supported_yet', /DATABASE_URL/],
  ])('(%s) stops the start and says what it takes', async (_what, env, code, message) => {
    const { exitCode, stdout, stderr } = await parley(['start'], { env: { PORT: '0', ...env } });
    expect(exitCode).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(new RegExp(`\\n\\(${code}\\)\\n$`));
  });

  it.each<readonly [string, string, string, RegExp]>([
    [
      'a key that there is not, with the nearest one',
      'parley.config.json',
      '{"hartbeatMs": 1}',
      /hartbeatMs.*heartbeatMs/s,
    ],
    ['no JSON', 'parley.config.json', '{"port": }', /parley\.config\.json/],
    ['a variable that there is not', '.env', 'PARLEY_PORT=1\n', /PARLEY_PORT.*PORT/s],
  ])('(a file with %s) stops the start', async (_what, name, content, message) => {
    await using place = await temporaryDirectory();
    await writeFile(join(place.path, name), content);
    const { exitCode, stdout, stderr } = await parley(['start'], { cwd: place.path, env: { PORT: '0' } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    ['short', 'tooshort'],
    ['a sample', 'your-256-bit-secret'],
    ['empty', ''],
  ])('(a secret that is %s) stops the start in production with the line to add', async (_what, secret) => {
    const production = { NODE_ENV: 'production', JWT_SECRET: secret, PORT: '0' };
    const { exitCode, stdout, stderr } = await parley(['start'], { env: production });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const line = /^ {2}(JWT_SECRET=([\w-]{43}))$/m.exec(stderr);
    expect(line).not.toBeNull();
    expect(stderr).toMatch(/\(secret_weak\)\n$/);
    if (secret !== '') expect(stderr).not.toContain(secret);
    await using server = await startServer({ env: { NODE_ENV: 'production', JWT_SECRET: line?.[2] ?? '' } });
    expect(server.port).toBeGreaterThan(0);
  });
});

describe('an address that cannot be had', () => {
  it('because somebody listens there stops the start with another port to try', async () => {
    await using server = await startServer();
    const env = { PORT: String(server.port) };
    const { exitCode, stderr } = await parley(['start'], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `Another program listens on 127.0.0.1:${server.port}.\nStop it, or choose another port: PORT=${server.port + 1} npm start.\n(port_in_use)\n`,
    );
  });

  it.each([
    ['of another machine', '192.0.2.77'],
    ['that no name leads to', 'no-such-host.invalid'],
  ])('%s stops the start', async (_what, host) => {
    const { exitCode, stderr } = await parley(['start'], { env: { HOST: host, PORT: '0' } });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\(address_unavailable\)\n$/);
  });
});

describe('the first start', () => {
  it('writes the administrator to a file for its owner only, and never again', async () => {
    await using server = await startServer();
    const path = join(server.dataDir, 'first-admin.txt');
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    const password = /password: (.+)/.exec(await readFile(path, 'utf8'))?.[1] ?? '';
    await signIn(server, { username: 'admin', password });
    expect(server.log.text).toContain(path);
    expect(server.log.text).not.toContain(password);
    await rm(path);
    await server.restart();
    await expect(readFile(path)).rejects.toThrow('ENOENT');
    await signIn(server, { username: 'admin', password });
  });

  it('leaves nothing in the data directory that others may read', async () => {
    await using server = await startServer({ dataDir: join(directory.path, 'private') });
    const modes = await Promise.all(
      (await readdir(server.dataDir)).map(
        async (name) => [name, (await stat(join(server.dataDir, name))).mode & 0o077] as const,
      ),
    );
    expect(modes.length).toBeGreaterThan(4);
    expect(modes.filter(([name, mode]) => mode !== 0 && name !== 'parley.lock')).toEqual([]);
    expect((await stat(server.dataDir)).mode & 0o077).toBe(0);
  });
});
