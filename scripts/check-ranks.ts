import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModuleGraph } from './module-graph.ts';
import { isTest, rankViolations } from './rank-rules.ts';

/** Fewer modules or imports than these, and the reader has missed some: a check that sees nothing passes everything. */
const MIN_MODULES = 250;
const MIN_EDGES = 900;

const SOURCES = ['protocol', 'tokens', 'client', 'server'].map((name) => `packages/${name}/src`);

/** `node scripts/check-ranks.ts [root]`: imports go strictly downward, and only config/ reads the environment. */
function main(root: string): void {
  const graph = readModuleGraph(root, SOURCES);
  const { modules, edges } = graph;
  const violations = [...rankViolations(graph), ...environmentReaders(root, modules)];
  if (modules.length < MIN_MODULES) violations.push(`Only ${modules.length} modules were found.`);
  if (edges.length < MIN_EDGES) violations.push(`Only ${edges.length} imports were found.`);
  for (const violation of violations) console.error(violation);
  console.log(`${modules.length} modules, ${edges.length} imports, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

const ENVIRONMENT: readonly RegExp[] = [
  /\bprocess\s*\??\.\s*(?:env|loadEnvFile)\b/,
  /\bprocess\[/,
  /\benv\b[^}]*\}\s*(?:=\s*process\b|from\s*'(?:node:)?process')/,
];

/** Modules outside of config/ that read environment variables; comment lines do not count. */
function environmentReaders(root: string, modules: readonly string[]): string[] {
  return modules
    .filter((module) => !module.startsWith('packages/server/src/config/') && !isTest(module))
    .filter((module) => {
      const lines = readFileSync(join(root, module), 'utf8').split('\n');
      return lines.some((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && ENVIRONMENT.some((form) => form.test(line)));
    })
    .map((module) => `${module} reads the environment, which only config/ may.`);
}

main(process.argv[2] ?? '.');
