import type { TokenReport, Verdict } from '@parley/tokens';

/** A token report for people: what it is, what it claims, what this server would decide and why. */
export function formatTokenReport(report: TokenReport): string {
  const lines: string[] = [report.sentence];
  if (report.remedy !== undefined) lines.push(`  ${report.remedy}`);
  for (const { sentence, remedy } of report.defects) lines.push(`  ${sentence} ${remedy}`);
  if (report.fault !== undefined) lines.push(`  ${report.fault}`);
  if (report.header !== undefined) lines.push('', `header   ${JSON.stringify(report.header)}`);
  for (const [name, value] of Object.entries(report.claims ?? {}))
    lines.push(`claim    ${name} = ${JSON.stringify(value)}`);
  for (const time of report.times) lines.push(`time     ${time.claim} ${time.iso ?? ''} (${time.relation})`);
  for (const warning of report.warnings) lines.push(`warning  ${warning}`);
  if (report.verdict !== undefined) lines.push('', ...formatVerdict('this server', report.verdict));
  if (report.verdictWithoutDefects !== undefined)
    lines.push(...formatVerdict('cleaned up', report.verdictWithoutDefects));
  for (const { issuer, keys, verdict } of report.issuers) {
    lines.push(...formatVerdict(`issuer ${issuer} (${keys.join(', ')})`, verdict));
  }
  return lines.map(escapeControls).join('\n');
}

function formatVerdict(who: string, verdict: Verdict): readonly string[] {
  if (verdict.ok) return [`${who}: accepted, as user ${verdict.claims.userId}`];
  return [`${who}: refused, ${verdict.code}: ${verdict.detail}`, `  ${verdict.remedy}`];
}

/** A token is a stranger's text: it must not steer the terminal. */
function escapeControls(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
