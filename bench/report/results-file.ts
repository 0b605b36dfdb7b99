import { readFileSync, writeFileSync } from 'node:fs';

const INTRODUCTION = `# Results

Written by \`npm run bench\`; how it measures is in README.md. Samples are medians of interleaved rounds with their smallest
and largest in brackets; ratios are taken round by round. Sections that a run leaves out stay as an earlier run wrote them.
`;

/** Puts sections into a results file, in the place of those with the same heading; the others stay. */
export function updateResults(path: string, sections: readonly string[]): void {
  const byHeading = new Map(splitSections(readIfThere(path)).map((section) => [headingOf(section), section]));
  for (const section of sections) byHeading.set(headingOf(section), `${section.trim()}\n`);
  const ordered = [...byHeading].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  writeFileSync(path, [INTRODUCTION, ...ordered.map(([, section]) => section)].join('\n'));
}

/** The parts of a text that begin with a second-level heading. */
export function splitSections(text: string): readonly string[] {
  return text
    .split(/^(?=## )/m)
    .filter((part) => part.startsWith('## '))
    .map((part) => `${part.trim()}\n`);
}

function headingOf(section: string): string {
  return section.slice(0, section.indexOf('\n'));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
