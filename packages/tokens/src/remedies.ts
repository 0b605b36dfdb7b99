import type { TokenErrorCode } from './token-failure.ts';
import { readTokenShape } from './token-shape.ts';

const REMEDIES: Record<TokenErrorCode, string> = {
  token_missing: 'Present a token.',
  token_empty: 'Look at the step that issues the token.',
  token_malformed: 'Correct what the detail names where the token is minted, and pass the token on unchanged.',
  token_alg:
    'Have the issuer sign with the algorithm of the key that is configured for it here, or configure the key it really uses; "none" is never accepted.',
  token_issuer:
    'Make the issuer\'s "iss" and its setting here equal to the letter (scheme, trailing slash, case), or configure that issuer.',
  token_signature:
    'The two sides hold different keys: compare `parley token fingerprint` on both hosts, and look for a base64 secret used as text, quotes, a line break, or a process that was not restarted after the change; after a rotation, configure the new key beside the old one.',
  token_audience: 'Make the "aud" the issuer signs and the audience configured here equal to the letter.',
  token_not_yet_valid: 'The clock of one host is wrong: turn on time synchronisation (NTP) on both.',
  token_expired:
    'Fetch a new token before connecting, and refresh it on the open connection with {"type":"auth"}; if it is fresh, compare the clocks.',
};

/** What to do about a refusal. With the token, what is wrong with its shape is addressed first. */
export function remedyFor(code: TokenErrorCode, token?: unknown): string {
  if (code !== 'token_missing' && code !== 'token_empty' && code !== 'token_malformed') return REMEDIES[code];
  const { defects, remedy } = readTokenShape(token);
  return defects[0]?.remedy ?? remedy ?? REMEDIES[code];
}
