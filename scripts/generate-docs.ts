import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderConfigDocs, renderEnvExample } from './render-config-docs.ts';
import { renderErrorDocs } from './render-error-docs.ts';

/** Every file that follows from a table, by its path in the repository. */
const GENERATED: Readonly<Record<string, () => string>> = {
  'docs/errors.md': renderErrorDocs,
  'docs/configuration.md': renderConfigDocs,
  '.env.example': renderEnvExample,
};

/** `node scripts/generate-docs.ts [--check] [root]`: writes the generated files, or fails when one differs. */
function main(args: readonly string[]): void {
  const root = args.find((arg) => !arg.startsWith('--')) ?? '.';
  for (const [path, render] of Object.entries(GENERATED)) {
    const target = join(root, path);
    if (args.includes('--check')) {
      if (readIfThere(target) === render()) continue;
      console.error(`${path} differs from what its table says. Run \`npm run docs\` and commit the result.`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, render());
    }
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

main(process.argv.slice(2));
