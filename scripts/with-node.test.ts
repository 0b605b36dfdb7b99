import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** A clone of which only the scripts are real; `npm` and the two `node`s are stand-ins that leave traces. */
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-start-'));
  for (const directory of ['scripts', 'tools']) mkdirSync(join(root, directory));
  for (const file of ['with-node.sh', 'start.sh']) cpSync(join(import.meta.dirname, file), join(root, 'scripts', file));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  tool(
    'tools/npm',
    `echo "$@" >>"${root}/installs"; mkdir -p node_modules/.bin; cp tools/packaged-node node_modules/.bin/node`,
  );
  tool('tools/packaged-node', nodeOf('v24.21.0'));
  tool('tools/node', nodeOf('v20.20.2'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function tool(path: string, script: string): void {
  writeFileSync(join(root, path), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, path), 0o755);
}

/** Answers `--version`, finds nothing installed, and otherwise tells what it was run with. */
function nodeOf(version: string): string {
  return `case "$1" in
--version) echo ${version} ;;
scripts/is-installed.mjs) exit 1 ;;
*) echo "ran ${version} $*" ;;
esac`;
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (): NodeJS.ProcessEnv => ({ PATH: `${root}/node_modules/.bin:${root}/tools:/usr/bin:/bin` });

function start(...args: string[]): Outcome {
  return spawnSync('/bin/sh', [join(root, 'scripts/start.sh'), ...args], { encoding: 'utf8', env: environment() });
}

function installs(): string[] {
  return readFileSync(join(root, 'installs'), 'utf8').trimEnd().split('\n');
}

it('installs what production needs, says so in one line, and starts with the packaged Node', () => {
  const { status, stdout, stderr } = start('--port', '0');
  expect(stderr).toBe('Installing the dependencies; this is done once.\n');
  expect(installs()).toEqual(['ci --omit=dev --no-audit --no-fund --loglevel=error']);
  expect(stdout).toBe('ran v24.21.0 --conditions=parley-source packages/server/src/main.ts start --port 0\n');
  expect(status).toBe(0);
});

it('does not install twice, but again when the lockfile changed', () => {
  start();
  expect(start().stderr).toBe('');
  expect(installs()).toHaveLength(1);
  writeFileSync(join(root, 'package-lock.json'), '{"changed":true}');
  start();
  expect(installs()).toHaveLength(2);
});

it('is content with what the tests have installed, not the other way round', () => {
  const full = (): Outcome =>
    spawnSync('/bin/sh', [join(root, 'scripts/with-node.sh'), 'full', 'a.ts'], {
      encoding: 'utf8',
      env: environment(),
    });
  start();
  expect(full().stdout).toBe('ran v24.21.0 --conditions=parley-source a.ts\n');
  start();
  full();
  expect(installs().map((line) => line.split(' ')[1])).toEqual(['--omit=dev', '--include=dev']);
});

it('keeps the development dependencies of a tree that has them when the lockfile changes', () => {
  spawnSync('/bin/sh', [join(root, 'scripts/with-node.sh'), 'full', 'a.ts'], { env: environment() });
  writeFileSync(join(root, 'package-lock.json'), '{"changed":true}');
  start();
  expect(installs().map((line) => line.split(' ')[1])).toEqual(['--include=dev', '--include=dev']);
});

it('leaves alone what was installed by hand', () => {
  tool('tools/node', nodeOf('v24.0.0').replace('exit 1', 'exit 0'));
  mkdirSync(join(root, 'node_modules'));
  expect(start().stdout).toContain('ran v24.0.0');
  expect(() => installs()).toThrow();
});

it('stops when the installation fails', () => {
  tool('tools/npm', 'echo "no network" >&2; exit 7');
  const { status, stdout, stderr } = start();
  expect(stderr).toContain('no network');
  expect(stdout).toBe('');
  expect(status).not.toBe(0);
});

it("falls back to the machine's Node where the packaged one does not run", () => {
  tool('tools/packaged-node', 'exit 127');
  tool('tools/node', nodeOf('v26.1.0'));
  expect(start().stdout).toContain('ran v26.1.0');
});

it('says in a sentence which Node is needed', () => {
  tool('tools/packaged-node', 'exit 127');
  const { status, stderr } = start();
  expect(stderr).toContain('Parley needs Node.js 24 or newer; this machine has v20.20.2.');
  expect(status).toBe(1);
});

it('becomes the program it starts, so that signals reach it and nothing is left behind', async () => {
  tool('tools/packaged-node', 'case "$1" in --version) echo v24.21.0 ;; *) echo $$; exec sleep 60 ;; esac');
  const child = spawn('/bin/sh', [join(root, 'scripts/start.sh')], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pid] = (await once(child.stdout, 'data')) as [Buffer];
  expect(Number(String(pid))).toBe(child.pid);
  child.kill('SIGTERM');
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGTERM');
});
