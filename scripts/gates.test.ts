import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { reportRanks } from './rank-report.ts';

/** Each gate of `npm run check` is shown a tree that it must refuse, beside one that it must pass. */

const REPOSITORY = resolve(import.meta.dirname, '..');
const MODULE = '{"type":"module"}\n';
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is gone after the test, with these files. */
function createTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'parley-gate-'));
  directories.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A copy of the sources and of the files that the gates read, with the repository's own dependencies. */
function copyRepository(paths: readonly string[] = ['packages', 'bench', 'scripts', 'docs']): string {
  const root = createTree({});
  const skipped = /\/(?:node_modules|dist|parley-data|\.git|\.cache)$/;
  for (const path of paths) {
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true, filter: (source) => !skipped.test(source) });
  }
  for (const path of [
    'package.json',
    'knip.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'vitest.config.ts',
    '.env.example',
  ]) {
    cpSync(join(REPOSITORY, path), join(root, path));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  return root;
}

interface Verdict {
  readonly status: number | null;
  readonly output: string;
}

function run(cwd: string, command: string, ...args: string[]): Verdict {
  const env = { ...process.env, PATH: `${join(REPOSITORY, 'node_modules/.bin')}:${process.env['PATH']}` };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  return { status, output: `${stdout}${stderr}` };
}

describe('the format gate', () => {
  const check = (source: string): Verdict => {
    const root = createTree({ '.gitignore': 'dist/\n', 'a.ts': source });
    cpSync(join(REPOSITORY, 'biome.json'), join(root, 'biome.json'));
    return run(root, 'biome', 'check', '--error-on-warnings', '.');
  };

  it('passes formatted code', () => {
    expect(check("export const a = 'b';\n")).toMatchObject({ status: 0 });
  });

  it.each(['export const a = "b"\n', "import { z } from 'zod';\nimport { a } from 'a';\n\nexport const b = a + z;\n"])(
    'refuses %j',
    (source) => {
      expect(check(source).status).toBe(1);
    },
  );
});

describe('the lint gate', () => {
  const check = (files: Record<string, string>): Verdict => {
    const tsconfig = JSON.stringify({
      extends: join(REPOSITORY, 'tsconfig.base.json'),
      compilerOptions: { types: [] },
    });
    const root = createTree({ 'package.json': MODULE, 'tsconfig.json': tsconfig, ...files });
    cpSync(join(REPOSITORY, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
    return run(root, 'oxlint', '--deny-warnings');
  };
  const save = 'export async function save(): Promise<void> {\n  await Promise.resolve();\n}\n';

  it('passes a promise that is waited for', () => {
    expect(check({ 'save.ts': save, 'b.ts': "import { save } from './save.ts';\n\nawait save();\n" })).toMatchObject({
      status: 0,
    });
  });

  it.each([
    ['a floating promise', 'no-floating-promises', { 'b.ts': "import { save } from './save.ts';\n\nsave();\n" }],
    [
      'a promise as a condition',
      'no-misused-promises',
      { 'b.ts': "import { save } from './save.ts';\n\nif (save()) throw new Error('x');\n" },
    ],
    ['any', 'no-explicit-any', { 'b.ts': 'export const a = (b: any): unknown => b;\n' }],
    ['a default export', 'no-default-export', { 'b.ts': 'export default 1;\n' }],
    ['a file name that is not kebab-case', 'filename-case', { 'camelCase.ts': 'export const a = 1;\n' }],
    [
      'a cycle of types only',
      'no-cycle',
      {
        'b.ts': "import type { C } from './c.ts';\n\nexport interface B {\n  c: C;\n}\n",
        'c.ts': "import type { B } from './b.ts';\n\nexport interface C {\n  b: B;\n}\n",
      },
    ],
  ])('refuses %s', (_what, rule, files) => {
    const { status, output } = check({ 'save.ts': save, ...files });
    expect(output).toContain(rule);
    expect(status).toBe(1);
  });
});

describe('the type gate', () => {
  const check = (source: string): Verdict => {
    const tsconfig = JSON.stringify({
      extends: join(REPOSITORY, 'tsconfig.base.json'),
      compilerOptions: { types: [], noEmit: true },
      include: ['*.ts'],
    });
    return run(
      createTree({ 'package.json': MODULE, 'tsconfig.json': tsconfig, 'a.ts': source }),
      'tsc',
      '-p',
      'tsconfig.json',
    );
  };

  it('passes sound code', () => {
    expect(check('export const first = (list: readonly string[]): string | undefined => list[0];\n').status).toBe(0);
  });

  it.each([
    'export const first = (list: readonly string[]): string => list[0];\n',
    'export enum Colour {\n  Red,\n}\n',
    'export const options: { a?: string } = { a: undefined };\n',
    'const unused = 1;\nexport {};\n',
  ])('refuses %j', (source) => {
    expect(check(source)).toMatchObject({ status: expect.any(Number), output: expect.stringContaining('error TS') });
    expect(check(source).status).not.toBe(0);
  });
});

describe('the rank gate', () => {
  const checker = join(REPOSITORY, 'scripts/check-ranks.ts');

  /** The violations of a small tree of the server; those about its smallness left out. */
  const violationsOf = (files: Readonly<Record<string, string>>): string => {
    const existing = ['config/load-config', 'session/connection', 'adapters/memory/bus', 'kernel/timing-wheel.test'];
    const paths = [...existing.map((path) => [`${path}.ts`, 'export {};\n']), ...Object.entries(files)];
    const tree = Object.fromEntries(paths.map(([path, text]) => [`packages/server/src/${path}`, text]));
    const root = createTree({ ...tree, 'packages/tokens/src/secret.ts': 'export {};\n' });
    const { violations } = reportRanks(root);
    return violations.filter((violation) => !violation.startsWith('Only ')).join('\n');
  };

  it.each([
    ['an import upward', { 'kernel/canary.ts': "import '../config/load-config.ts';\n" }, 'rank 0) imports'],
    [
      'a type import upward',
      { 'ports/canary.ts': "import type { A } from '../session/connection.ts';\n" },
      'rank 1) imports',
    ],
    [
      'a type named in place',
      { 'kernel/canary.ts': "export type A = import('../config/load-config.ts').B;\n" },
      'rank 0',
    ],
    [
      'an import across lines',
      { 'kernel/canary.ts': "import {\n  a,\n  b,\n} from '../config/load-config.ts';\n" },
      'rank 0',
    ],
    ['a re-export upward', { 'kernel/canary.ts': "export * from '../config/load-config.ts';\n" }, 'rank 0'],
    ['a dynamic import upward', { 'kernel/canary.ts': "await import('../config/load-config.ts');\n" }, 'rank 0'],
    ['a neighbour of the same rank', { 'ports/canary.ts': "import '../config/load-config.ts';\n" }, 'rank 1) imports'],
    [
      'a feature that imports another',
      { 'features/a/a.ts': "import '../b/b.ts';\n", 'features/b/b.ts': 'export {};\n' },
      'features/a, rank 2) imports',
    ],
    [
      'an adapter outside of compose',
      { 'cli/canary.ts': "import '../adapters/memory/bus.ts';\n" },
      'only compose and tests',
    ],
    [
      'a worker of another layer',
      { 'kernel/canary.ts': "siblingModule(import.meta.url, '../config/load-config');\n" },
      'rank 0',
    ],
    [
      'a cycle of types',
      { 'kernel/a.ts': "import type { B } from './b.ts';\n", 'kernel/b.ts': "import type { A } from './a.ts';\n" },
      'in a circle: packages/server/src/kernel/a.ts, packages/server/src/kernel/b.ts',
    ],
    ['a module of no layer', { 'lib/canary.ts': 'export {};\n' }, 'belongs to no layer'],
    ['an import that leads nowhere', { 'kernel/canary.ts': "import './gone.ts';\n" }, 'does not exist'],
    ['sources that import tests', { 'kernel/canary.ts': "import './timing-wheel.test.ts';\n" }, 'which only tests may'],
    ['a reach into another package', { 'kernel/canary.ts': "import '../../../tokens/src/secret.ts';\n" }, 'by path'],
    [
      'process.env outside of config',
      { 'ops/canary.ts': "export const home = process.env['HOME'];\n" },
      'reads the environment',
    ],
    ['env of node:process', { 'ops/canary.ts': "import { env } from 'node:process';\n" }, 'reads the environment'],
    ['process.env taken apart', { 'ops/canary.ts': 'export const { env } = process;\n' }, 'reads the environment'],
  ])('refuses %s', (_what, files, message) => {
    expect(violationsOf(files)).toContain(message);
  });

  it.each([
    ['an import downward', { 'session/canary.ts': "import '../config/load-config.ts';\n" }],
    ['the neighbours of one layer', { 'config/canary.ts': "import './load-config.ts';\n" }],
    ['an adapter in compose', { 'compose.ts': "import './adapters/memory/bus.ts';\n" }],
    ['what tests need', { 'kernel/canary.test.ts': "import '../adapters/memory/bus.ts';\nprocess.env['HOME'];\n" }],
    ['process.env in config', { 'config/canary.ts': "export const home = process.env['HOME'];\n" }],
    ['words about process.env', { 'ops/canary.ts': '/**\n * Not process.env.\n */\nexport {};\n' }],
  ])('lets %s pass', (_what, files) => {
    expect(violationsOf(files)).toBe('');
  });

  it('refuses the repository with one import upward in it', () => {
    const root = copyRepository(['packages']);
    writeFileSync(join(root, 'packages/server/src/kernel/canary.ts'), "import '../config/load-config.ts';\n");
    const { status, output } = run(root, 'node', checker);
    expect(output).toMatch(/kernel\/canary\.ts .* imports .*config\/load-config\.ts/);
    expect(status).toBe(1);
  });

  it('does not pass when it sees nothing', () => {
    const { status, output } = run(createTree({}), 'node', checker);
    expect(output).toContain('Only 0 modules were found.');
    expect(output).toContain('Only 0 imports were found.');
    expect(status).toBe(1);
  });
});

describe('the dead code gate', () => {
  it('refuses a file and an export that nothing uses', () => {
    const root = copyRepository();
    writeFileSync(join(root, 'packages/server/src/kernel/canary.ts'), 'export const canary = 1;\n');
    appendFileSync(join(root, 'packages/server/src/kernel/clock.ts'), 'export const canaryExport = 1;\n');
    const { status, output } = run(root, 'knip', '--no-progress');
    expect(output).toContain('kernel/canary.ts');
    expect(output).toContain('canaryExport');
    expect(status).toBe(1);
  });
});

describe('the docs gate', () => {
  const check = (root: string): Verdict =>
    run(root, 'node', '--conditions=parley-source', join(REPOSITORY, 'scripts/generate-docs.ts'), '--check');

  it('passes what was generated', () => {
    expect(check(copyRepository(['docs']))).toEqual({ status: 0, output: '' });
  });

  it.each(['docs/errors.md', 'docs/configuration.md', '.env.example'])('refuses a %s that was edited', (path) => {
    const root = copyRepository(['docs']);
    writeFileSync(join(root, path), readFileSync(join(root, path), 'utf8').replace('enerated', 'ritten'));
    expect(check(root)).toMatchObject({ status: 1, output: expect.stringContaining(path) });
  });
});

describe('npm test', () => {
  const check = (files: Readonly<Record<string, string>>): Verdict => {
    const reporter = join(REPOSITORY, 'scripts/summary-reporter.ts');
    const config = `import { SummaryReporter } from ${JSON.stringify(reporter)};\n\nexport default { test: { reporters: [new SummaryReporter()] } };\n`;
    const root = createTree({ 'vitest.config.ts': config, ...files });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
    return run(REPOSITORY, 'node', 'scripts/run-tests.ts', '--root', root);
  };
  const good = "import { it } from 'vitest';\n\nit('is fine', () => undefined);\n";
  const bad = "import { it } from 'vitest';\n\nit('is not', () => {\n  throw new Error('no');\n});\n";
  const unhandled =
    "import { it } from 'vitest';\n\nit('looks fine', () => {\n  void Promise.reject(new Error('late'));\n});\n";

  it('ends with the counts alone on a line', () => {
    const { status, output } = check({ 'a.test.ts': good, 'b.test.ts': good });
    expect(output).toMatch(/^2 passed, 0 failed$/m);
    expect(status).toBe(0);
  });

  it.each([
    ['a failed test', { 'a.test.ts': good, 'b.test.ts': bad }, '1 passed, 1 failed'],
    ['a file that does not load', { 'a.test.ts': good, 'b.test.ts': "throw new Error('no');\n" }, '1 passed, 1 failed'],
    ['an error outside of any test', { 'a.test.ts': unhandled }, '1 passed, 1 failed'],
    ['no test at all', {}, '0 passed, 1 failed'],
  ])('fails for %s', (_what, files, counts) => {
    const { status, output } = check(files);
    expect(output.split('\n')).toContain(counts);
    expect(status).toBe(1);
  });
});
