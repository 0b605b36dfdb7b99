import { decodeBase64url } from './base64url.ts';
import { isSampleText } from './sample-text.ts';
import { TokenConfigError } from './token-config-error.ts';

/** How the text of a secret stands for its bytes. */
export type SecretEncoding = 'utf8' | 'base64' | 'base64url' | 'hex';

export interface Secret {
  readonly bytes: Buffer;
  readonly encoding: SecretEncoding;
}

/**
 * Reads a configured secret. `utf8:`, `base64:`, `base64url:` and `hex:` name the encoding of what follows; a text
 * without such a prefix is its own UTF-8 bytes, exactly as written. Nothing is ever guessed: a secret that happens to be
 * valid base64 stays text, which is how two services come to agree.
 * @throws {TokenConfigError} `secret_invalid` for an empty secret and for text that is not exactly the named encoding
 *   (white space, wrong alphabet or padding, bits left over).
 */
export function parseSecret(text: string): Secret {
  const [, prefix, rest] = /^(utf8|base64|base64url|hex):(.*)$/s.exec(text) ?? [undefined, 'utf8', text];
  const encoding = prefix as SecretEncoding;
  const encoded = rest ?? '';
  if (encoded === '') throw invalid('The secret is empty.', 'Set one of 32 random bytes or more.');
  const bytes = decoders[encoding](encoded);
  if (bytes === undefined) throw invalid(describeFault(encoding, encoded), remedies[encoding]);
  return { bytes, encoding };
}

/**
 * Whether a configured secret is a sample from a tutorial, such as `seu-secret-jwt`, `changeme` or one character
 * repeated, in any encoding `parseSecret` reads. Such a secret is public.
 */
export function isSampleSecret(text: string): boolean {
  return isSampleText(text) || isSampleText(decodeLeniently(text));
}

const decoders: Record<SecretEncoding, (encoded: string) => Buffer | undefined> = {
  utf8: (encoded) => (encoded.isWellFormed() ? Buffer.from(encoded) : undefined),
  base64: (encoded) => {
    const bytes = Buffer.from(encoded, 'base64');
    const canonical = bytes.toString('base64');
    // Padding may be left out, but not a part of it.
    return encoded === canonical || encoded === canonical.replace(/=+$/, '') ? bytes : undefined;
  },
  base64url: decodeBase64url,
  hex: (encoded) => {
    const bytes = Buffer.from(encoded, 'hex');
    return bytes.toString('hex') === encoded.toLowerCase() ? bytes : undefined;
  },
};

/** Says where the text departs from its encoding without repeating any of it. */
function describeFault(encoding: SecretEncoding, encoded: string): string {
  if (encoding === 'utf8') return 'The secret holds half of a surrogate pair, which has no UTF-8 bytes.';
  if (/\s/.test(encoded)) return `The secret after "${encoding}:" holds white space or a line break.`;
  const alphabet = { base64: /[^A-Za-z0-9+/=]/, base64url: /[^A-Za-z0-9_-]/, hex: /[^0-9a-f]/i }[encoding];
  const at = encoded.search(alphabet);
  if (at >= 0) return `The secret after "${encoding}:" has a character at position ${at + 1} that is not ${encoding}.`;
  return `The secret after "${encoding}:" is cut short, wrongly padded or not in its canonical form.`;
}

const remedies: Record<SecretEncoding, string> = {
  utf8: 'Save the file as UTF-8.',
  base64:
    'Copy it again as one line, write "base64url:" if it holds - or _, or "utf8:" if the text itself is the secret.',
  base64url:
    'Copy it again without padding, write "base64:" if it holds + or /, or "utf8:" if the text itself is the secret.',
  hex: 'Copy all of it (two digits a byte), or write "utf8:" if the text itself is the secret.',
};

function decodeLeniently(text: string): string {
  try {
    return parseSecret(text).bytes.toString('utf8');
  } catch {
    return text.replace(/^[^:]*:/, '');
  }
}

function invalid(problem: string, remedy: string): TokenConfigError {
  return new TokenConfigError('secret_invalid', problem, remedy);
}
