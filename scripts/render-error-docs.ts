import {
  CLOSE_CODES,
  type CloseAdvice,
  type CloseCode,
  ERRORS,
  type ErrorRow,
  RETIRED_ERROR_CODES,
  type Retry,
} from '@parley/protocol';
import { markdown } from './markdown.ts';

const RETRY_TEXT: Readonly<Record<Retry, string>> = {
  never: 'the same request fails again',
  now: 'the same request may be sent again at once',
  backoff: 'the same request may be sent again, later and then ever later (or after `retry_after_ms`)',
};

const ADVICE_TEXT: Readonly<Record<CloseAdvice, string>> = {
  reconnect: 'connect again',
  'new-token': 'connect again with another token',
  'stay-away': 'do not connect again by itself',
  done: 'nothing',
};

/** docs/errors.md. Each code is a heading, so that `help` links lead to `#code`. */
export function renderErrorDocs(): string {
  const rows: [string, ErrorRow][] = Object.entries(ERRORS);
  return [
    '# Errors',
    'Generated from `packages/protocol/src/errors.ts` and `close-codes.ts` by `npm run docs`; do not edit.',
    'An error reply carries `code`, `message`, `retry` and `help`, the address of its entry here. HTTP answers are `application/problem+json` with the same codes. Codes keep their meaning for ever.',
    '## Close codes',
    'From 4000 to 4499 the client connects again, from 4500 to 4999 it does not. The reason that comes with the close is the exact error code.',
    renderCloseCodes(),
    '## Error codes',
    ...rows.map(([code, row]) => renderError(code, row)),
    ...(RETIRED_ERROR_CODES.length === 0
      ? []
      : ['## Retired codes', RETIRED_ERROR_CODES.map((code) => `- \`${code}\``).join('\n')]),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function renderCloseCodes(): string {
  const rows: [string, CloseCode][] = Object.entries(CLOSE_CODES);
  return [
    '| close code | name | meaning | what the client does |',
    '|---|---|---|---|',
    ...rows.map(([name, { code, doc, advice }]) => `| ${code} | \`${name}\` | ${cell(doc)} | ${ADVICE_TEXT[advice]} |`),
  ].join('\n');
}

function renderError(code: string, row: ErrorRow): string {
  const close = row.close === undefined ? '' : `, closes with ${CLOSE_CODES[row.close].code} (\`${row.close}\`)`;
  return [
    `### ${code}`,
    '',
    markdown(row.message),
    '',
    `- **What to do:** ${markdown(row.remedy)}`,
    `- **Retry:** \`${row.retry}\`: ${RETRY_TEXT[row.retry]}`,
    `- **On the wire:** HTTP ${row.http}${close}`,
    `- **In the log:** ${row.level === 'silent' ? 'not' : row.level}`,
  ].join('\n');
}

function cell(text: string): string {
  return markdown(text).replaceAll('|', '\\|');
}
