import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { optionKey } from '../packages/server/src/config/option-row.ts';
import { OPTION_ROWS } from '../packages/server/src/config/option-table.ts';
import { readModuleGraph } from './module-graph.ts';
import { isTest } from './rank-rules.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const TABLE = 'packages/server/src/config/option-table.ts';

/** Options that are there so that their names are known, and do nothing yet. */
const NOT_USED_YET: readonly string[] = ['REDIS_PASSWORD'];

it('has no option that does nothing', () => {
  const sources = readModuleGraph(REPOSITORY, ['packages/server/src'])
    .modules.filter((module) => module !== TABLE && !isTest(module))
    .map((module) => readFileSync(join(REPOSITORY, module), 'utf8'));
  const words = new Set(sources.flatMap((source) => source.match(/\w+/g) ?? []));
  const unused = OPTION_ROWS.filter(({ name }) => !words.has(optionKey(name))).map(({ name }) => name);
  expect(unused).toEqual(NOT_USED_YET);
});
