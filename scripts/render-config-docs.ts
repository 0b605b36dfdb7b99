import { defaultText } from '../packages/server/src/config/option-flags.ts';
import { type OptionRow, optionFlag, optionKey } from '../packages/server/src/config/option-row.ts';
import { OPTION_TABLE } from '../packages/server/src/config/option-table.ts';
import { acceptedValues } from '../packages/server/src/config/parse-value.ts';
import { markdown } from './markdown.ts';

const SOURCE_NOTE = 'Generated from `packages/server/src/config/option-table.ts` by `npm run docs`; do not edit.';

interface Group {
  readonly heading: string;
  readonly options: readonly OptionRow[];
}

const GROUPS: readonly Group[] = OPTION_TABLE;

/** docs/configuration.md. */
export function renderConfigDocs(): string {
  return [
    '# Configuration',
    SOURCE_NOTE,
    'Parley starts without any configuration. What you set wins in this order: the built-in default, the configuration file (`parley.config.json` in the working directory, or the one that `--config` or `PARLEY_CONFIG` names), `.env` in the working directory, the environment, flags. `parley config` prints what is in force and where each value came from.',
    [
      '- In the configuration file the names are written `payloadMaxBytes`, and numbers, `true`, `false` and arrays are JSON. Relative paths in it are relative to the file.',
      '- In the environment and in `.env` an empty variable counts as not set, except for `JWT_SECRET` and `NEXTAUTH_SECRET`, where it is reported.',
      '- A name that does not exist is an error in the configuration file and on the command line, and in the environment when it begins with `PARLEY_`.',
      '- Secrets have no flag: every user of a machine can read its command lines.',
    ].join('\n'),
    ...GROUPS.flatMap(({ heading, options }) => [`## ${heading}`, ...options.map(renderOption)]),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** `.env.example`: every option, commented out, with its default. */
export function renderEnvExample(): string {
  const head = [
    '# Copy to .env and take the # away from what you change. Nothing in here is needed to start.',
    '# Generated from packages/server/src/config/option-table.ts by `npm run docs`; do not edit.',
  ];
  const groups = GROUPS.flatMap(({ heading, options }) => [
    '',
    `## ${heading}`,
    ...options.filter(({ removed }) => removed === undefined).flatMap(renderVariable),
  ]);
  return `${[...head, ...groups].join('\n')}\n`;
}

function renderOption(row: OptionRow): string {
  if (row.removed !== undefined) return [`### ${row.name}`, '', `Removed. ${markdown(row.removed)}`].join('\n');
  const names = row.secret ? [optionKey(row.name)] : [optionKey(row.name), optionFlag(row.name)];
  const fallback = defaultText(row);
  return [
    `### ${row.name}`,
    '',
    markdown(row.doc),
    '',
    `- **Takes:** ${markdown(acceptedValues(row))}`,
    `- **Default:** ${fallback === undefined ? 'not set' : fallback === '' ? 'empty' : `\`${fallback}\``}`,
    `- **Also:** ${names.map((name) => `\`${name}\``).join(', ')}`,
  ].join('\n');
}

function renderVariable(row: OptionRow): string[] {
  const takes = `Takes ${acceptedValues(row)}.`;
  return ['', ...wrap(`${row.doc} ${takes}`.replaceAll('`', '')), `#${row.name}=${defaultText(row) ?? ''}`];
}

const LINE_WIDTH = 110;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > LINE_WIDTH) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
