import { reportRanks } from './rank-report.ts';

/** `node scripts/check-ranks.ts [root]`: prints what breaks the ranks, and fails when something does. */
function main(root: string): void {
  const { moduleCount, importCount, violations } = reportRanks(root);
  for (const violation of violations) console.error(violation);
  console.log(`${moduleCount} modules, ${importCount} imports, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

main(process.argv[2] ?? '.');
