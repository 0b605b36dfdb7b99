import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createHmacKey, isSampleSecret, parseSecret, TokenConfigError } from '@parley/tokens';
import { type Candidate, whereSet } from './candidate.ts';
import type { ConfigProblem } from './config-problem.ts';

const MIN_BYTES = 32;

/** A secret as it was configured, and where the advice for a new one may point. */
export interface SecretSetting {
  readonly name: string;
  readonly text: string;
  readonly candidate: Candidate;
  /** The working directory, where `.env` belongs. */
  readonly cwd: string;
}

/** What is wrong with the secrets, and what is only questionable. */
export interface SecretFindings {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/**
 * Checks one secret. Malformed ones are always a problem; empty, sample and short ones (CFG-007) are a problem in
 * production and a warning elsewhere.
 */
export function checkSecret(setting: SecretSetting, isProduction: boolean): SecretFindings {
  const named = `${setting.name} (${whereSet(setting.candidate)})`;
  const malformed = malformedSecret(setting, named);
  if (malformed !== undefined) return { problems: [malformed], warnings: [] };
  const weakness = weaknessOf(setting.text);
  const warnings: string[] = [];
  if (/^\s|\s$/.test(setting.text)) {
    warnings.push(`${named} begins or ends with white space, which counts as part of the secret.`);
  }
  if (weakness === undefined) return { problems: [], warnings };
  if (isProduction) return { problems: [weakSecret(setting, `${named} ${weakness}`)], warnings };
  return {
    problems: [],
    warnings: [...warnings, `${named} ${weakness}. With NODE_ENV=production this stops the start.`],
  };
}

/** To stand after the name of a secret; `undefined` when it is strong. */
function weaknessOf(text: string): string | undefined {
  if (text.trim() === '') return 'is empty';
  if (isSampleSecret(text)) return 'is a sample that everybody knows';
  const { length } = parseSecret(text).bytes;
  return length < MIN_BYTES ? `has ${length} bytes, fewer than the ${MIN_BYTES} that HS256 asks for` : undefined;
}

/** A secret that cannot be one: half an encoding, or the text of a public key. */
function malformedSecret({ text }: SecretSetting, named: string): ConfigProblem | undefined {
  if (text === '') return undefined;
  try {
    createHmacKey(parseSecret(text).bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof TokenConfigError)) throw error;
    return { code: 'config_invalid', message: `${named} cannot be used. ${error.problem}`, remedy: error.remedy };
  }
}

/**
 * The error for a weak secret, with the very line to write and the file to put it in. The new secret is plain text
 * without an encoding prefix, so that the same line means the same bytes to the service that issues the tokens.
 */
function weakSecret({ name, candidate, cwd }: SecretSetting, fault: string): ConfigProblem {
  const secret = randomBytes(MIN_BYTES).toString('base64url');
  const line = candidate.kind === 'file' ? `"${candidate.key}": "${secret}"` : `${name}=${secret}`;
  const place =
    candidate.path === undefined
      ? `Write it where the environment is set (unit file, compose file, shell); or unset ${name} there and add the line to ${join(cwd, '.env')}.`
      : `Write it to ${candidate.path} in place of the old line.`;
  return {
    code: 'secret_weak',
    message: `${fault}. In production this stops the start.`,
    remedy: `Here is a new one:\n\n  ${line}\n\n${place} Give the same text to the service that issues the tokens. If there is none, remove ${name}.`,
  };
}
