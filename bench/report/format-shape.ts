import { type Summary, summarise } from '../harness/statistics.ts';
import { NOT_INSTALLED, SERVERS, type ServerName } from '../servers/server-table.ts';
import type { Row, Shape } from '../shapes/shape.ts';
import { judge, type Verdict } from './verdict.ts';

/** Results of one shape as Markdown: heading, method, `conditions`, samples, bars, and what failed. */
export function formatShape(shape: Shape, rows: readonly Row[], conditions: string): string {
  const servers = shape.servers.filter((server) =>
    rows.some((row) => row.samples.has(server) || row.failures.has(server)),
  );
  const parts = [
    `## ${shape.number}. ${shape.title}`,
    shape.method,
    conditions,
    sampleTable(servers, rows),
    barTable(shape.bars.map((bar) => judge(bar, rows))),
    failureList(rows),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function sampleTable(servers: readonly ServerName[], rows: readonly Row[]): string {
  return table(
    ['', ...servers.map((server) => SERVERS[server].title)],
    rows.map((row) => [`${row.title} (${row.unit})`, ...servers.map((server) => sampleCell(row, server))]),
  );
}

function sampleCell(row: Row, server: ServerName): string {
  const samples = row.samples.get(server);
  if (samples !== undefined && samples.length > 0) return formatSummary(summarise(samples));
  const failure = row.failures.get(server);
  return failure === NOT_INSTALLED ? failure : failure === undefined ? '' : 'failed';
}

function barTable(verdicts: readonly Verdict[]): string {
  return table(
    ['bars', 'bar', 'goal', 'measured', ''],
    verdicts.map(({ bar, row, measured, outcome }) => {
      const unit = bar.kind === 'ratio' ? 'x' : ` ${bar.unit}`;
      const comparison = bar.kind === 'ratio' ? `${row.title}, against ${SERVERS[bar.against].title}` : row.title;
      const limit = bar.kind === 'ratio' ? '>= ' : '<= ';
      const figure = measured === undefined ? '' : formatSummary(measured, unit);
      return [comparison, `${limit}${bar.bar}${unit}`, `${limit}${bar.goal}${unit}`, figure, outcome];
    }),
  );
}

function failureList(rows: readonly Row[]): string {
  const reasons = new Set<string>();
  for (const row of rows) {
    for (const [server, reason] of row.failures) {
      if (reason !== NOT_INSTALLED) reasons.add(`- ${row.title}, ${SERVERS[server].title}: ${reason.split('\n')[0]}`);
    }
  }
  return [...reasons].join('\n');
}

function formatSummary({ median, min, max }: Summary, unit = ''): string {
  return `${formatNumber(median)}${unit} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** Three digits, or all of a larger number. */
function formatNumber(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}
