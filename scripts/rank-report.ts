import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModuleGraph } from './module-graph.ts';
import { isTest, rankViolations } from './rank-rules.ts';

/** What was looked at, and what is wrong with it, a sentence each. */
export interface RankReport {
  readonly moduleCount: number;
  readonly importCount: number;
  readonly violations: readonly string[];
}

/** Fewer modules or imports than these, and the reader has missed some: a check that sees nothing passes everything. */
const MIN_MODULES = 250;
const MIN_IMPORTS = 900;

const SOURCES = ['protocol', 'tokens', 'client', 'server'].map((name) => `packages/${name}/src`);

/** Checks the sources under `root`: imports go strictly downward, and only config/ reads the environment. */
export function reportRanks(root: string): RankReport {
  const graph = readModuleGraph(root, SOURCES);
  const [moduleCount, importCount] = [graph.modules.length, graph.edges.length];
  const violations = [...rankViolations(graph), ...environmentReaders(root, graph.modules)];
  if (moduleCount < MIN_MODULES) violations.push(`Only ${moduleCount} modules were found.`);
  if (importCount < MIN_IMPORTS) violations.push(`Only ${importCount} imports were found.`);
  return { moduleCount, importCount, violations };
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
