import { MAX_TOKEN_CHARS } from './compact-jws.ts';
import { isSampleText } from './sample-text.ts';

/** How Parley's opaque refresh tokens and API keys begin. They are looked up, not verified, and never go in `token`. */
export const REFRESH_TOKEN_PREFIX = 'parley_rt_';
export const API_KEY_PREFIX = 'parley_ak_';

/** What kind of value was presented as a token, once it is out of its {@link TokenDefect}s. */
export type TokenShapeKind =
  | 'missing'
  | 'empty'
  | 'not_text'
  | 'too_long'
  | 'literal'
  | 'placeholder'
  | 'json'
  | 'refresh_token'
  | 'api_key'
  | 'opaque'
  | 'two_parts'
  | 'jws'
  | 'jwe'
  | 'other_parts';

/** What was left around a token that should have been taken off. */
export type TokenDefectKind = 'whitespace' | 'quotes' | 'bearer_prefix' | 'percent_encoded';

/** A value and what to do about it. Neither sentence repeats any of the value. */
export interface TokenDefect {
  readonly kind: TokenDefectKind;
  readonly sentence: string;
  readonly remedy: string;
}

export interface TokenShape {
  readonly kind: TokenShapeKind;
  readonly sentence: string;
  /** Absent for a `jws`, which has the shape it should have. */
  readonly remedy?: string;
  /** Outermost first. Any one of them makes the token as presented malformed. */
  readonly defects: readonly TokenDefect[];
  /** The text without its defects; '' when there is no text. Holds the token: not for logs. */
  readonly core: string;
}

/** Says what kind of value was presented as a token. Never throws; linear in at most 8,192 characters. */
export function readTokenShape(token: unknown): TokenShape {
  if (typeof token !== 'string') {
    const kind = token === undefined ? 'missing' : token === null ? 'empty' : 'not_text';
    return { kind, ...TEXTS[kind], defects: [], core: '' };
  }
  if (token.length > MAX_TOKEN_CHARS) return { kind: 'too_long', ...TEXTS.too_long, defects: [], core: token };
  const { core, defects } = peel(token);
  const kind = kindOf(core);
  return { kind, ...TEXTS[kind], defects, core };
}

const MAX_LAYERS = 8;

function peel(token: string): Pick<TokenShape, 'core' | 'defects'> {
  const defects: TokenDefect[] = [];
  let core = token;
  for (let layer = 0; layer < MAX_LAYERS; layer += 1) {
    const found = LAYERS.map(([kind, strip]) => ({ kind, rest: strip(core) })).find(({ rest }) => rest !== core);
    if (!found) break;
    core = found.rest;
    if (!defects.some(({ kind }) => kind === found.kind)) defects.push({ kind: found.kind, ...DEFECTS[found.kind] });
  }
  return { core, defects };
}

/** Each takes off one layer and returns the rest, or the same text where that layer is not there. */
const LAYERS: readonly (readonly [TokenDefectKind, (text: string) => string])[] = [
  ['whitespace', (text) => text.trim()],
  ['quotes', (text) => /^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text],
  ['bearer_prefix', (text) => text.replace(/^(?:authorization:\s*)?bearer(?:\s|:|%20|\+|$)/i, '')],
  ['percent_encoded', decodePercent],
];

function decodePercent(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const LITERALS = new Set(['undefined', 'null', 'nan', 'false', 'true', '[object object]', '[object promise]']);
const TEMPLATE = /^(?:\$\{?|\{\{|<|%)[^.]*(?:[}>%]|[A-Za-z0-9_])$/;
/** Keeps what a stranger can make the word search do to a few microseconds. */
const MAX_PLACEHOLDER_CHARS = 64;

function kindOf(core: string): TokenShapeKind {
  if (core === '') return 'empty';
  if (LITERALS.has(core.toLowerCase())) return 'literal';
  if (core.startsWith('{') && !core.startsWith('{{')) return 'json';
  if (core.startsWith(REFRESH_TOKEN_PREFIX)) return 'refresh_token';
  if (core.startsWith(API_KEY_PREFIX)) return 'api_key';
  if (TEMPLATE.test(core)) return 'placeholder';
  const dots = core.split('.').length - 1;
  if (dots === 0) return core.length <= MAX_PLACEHOLDER_CHARS && isSampleText(core) ? 'placeholder' : 'opaque';
  return dots === 1 ? 'two_parts' : dots === 2 ? 'jws' : dots === 4 ? 'jwe' : 'other_parts';
}

interface Explanation {
  readonly sentence: string;
  readonly remedy?: string;
}

const TEXTS: Record<TokenShapeKind, Explanation> = {
  missing: {
    sentence: 'No token was presented.',
    remedy: 'Send it as auth: {token}, as "Authorization: Bearer <token>", as ?token= or as the first message.',
  },
  empty: {
    sentence: 'The token is empty.',
    remedy:
      'Look at the step that issues it: a signing secret that is not set, a sign-in that failed, or a client that connects before it has the token.',
  },
  not_text: { sentence: 'The token is not text.', remedy: 'Send the token itself, not the object it came in.' },
  too_long: {
    sentence: `The token is longer than ${MAX_TOKEN_CHARS} characters.`,
    remedy: 'Leave lists and profiles out of the token, and look them up where they are needed.',
  },
  literal: {
    sentence: 'The token is a word such as "undefined", "null" or "[object Promise]" turned into text.',
    remedy:
      'The client had no token when it built the request: wait for the token (await) and check it before connecting.',
  },
  placeholder: {
    sentence: 'The token is a placeholder out of an example or a template.',
    remedy: 'Put the token that the issuing service returned in its place.',
  },
  json: {
    sentence: 'The token is a JSON object.',
    remedy: 'The client sent the whole answer of the sign-in: send the text of its token field only.',
  },
  refresh_token: {
    sentence: 'This is a refresh token of Parley, which opens no connection.',
    remedy: 'Exchange it with {"type":"refresh"} or POST /v1/sessions for a token, and connect with that.',
  },
  api_key: {
    sentence: 'This is an API key of Parley, which is for backends and opens no connection.',
    remedy: 'Use it in the Authorization header of the HTTP API; connect with the token of a user.',
  },
  opaque: {
    sentence: 'This is an opaque text without dots, not a signed token.',
    remedy:
      'It may be a session id of a database session: have the service that knows it mint a signed token, and connect with that.',
  },
  two_parts: {
    sentence: 'The token has two parts, so its signature is missing.',
    remedy: 'Copy all three parts; if the issuer really sends two, it does not sign.',
  },
  jws: { sentence: 'This has the three parts of a signed token.' },
  jwe: {
    sentence: 'The token has five parts: it is encrypted (JWE), as the session cookies of NextAuth and Auth.js are.',
    remedy: 'Add a route to the issuing service that mints a short-lived signed token, and connect with that.',
  },
  other_parts: {
    sentence: 'The token does not have the three parts of a signed token.',
    remedy: 'Copy it again whole.',
  },
};

const DEFECTS: Record<TokenDefectKind, Omit<TokenDefect, 'kind'>> = {
  whitespace: {
    sentence: 'There is white space or a line break around the token.',
    remedy: 'Trim it where it is read; files and shell output end with a line break.',
  },
  quotes: {
    sentence: 'There are quotation marks around the token.',
    remedy: 'Parse the JSON it came from, or take the quotes off where it is stored.',
  },
  bearer_prefix: {
    sentence: 'The word "Bearer" is still in front of the token.',
    remedy: 'Only the Authorization header carries that word; everywhere else send the token alone.',
  },
  percent_encoded: {
    sentence: 'The token is percent-encoded.',
    remedy: 'It was encoded twice, or not decoded: encode it once, as a query parameter only.',
  },
};
