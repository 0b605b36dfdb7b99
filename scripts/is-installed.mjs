// Whether node_modules holds what package-lock.json asks for: is-installed.mjs <production|full>; the exit code answers.
// Plain JavaScript: it runs on the machine's own Node, before the one of this repository is there.
import { readFileSync } from 'node:fs';

const [mode = 'full'] = process.argv.slice(2);
const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const present = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages;

const missing = Object.entries(wanted).filter(([path, entry]) => {
  if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return false;
  // Packages for other systems are not installed, and npm decides which those are.
  if (entry.optional || entry.devOptional || (mode === 'production' && entry.dev)) return false;
  const found = present[path];
  return entry.link ? found === undefined : found?.version !== entry.version;
});
process.exitCode = missing.length === 0 ? 0 : 1;
