import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSampleSecret, parseSecret } from './secret.ts';
import { TokenConfigError } from './token-config-error.ts';

function faultOf(text: string): TokenConfigError {
  try {
    parseSecret(text);
  } catch (error) {
    if (error instanceof TokenConfigError) return error;
    throw error;
  }
  throw new Error('The secret was accepted.');
}

describe('parseSecret', () => {
  it.each(['base64', 'base64url', 'hex'] as const)('reads back any bytes written as %s', (encoding) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (array) => {
        const bytes = Buffer.from(array);
        expect(parseSecret(`${encoding}:${bytes.toString(encoding)}`)).toEqual({ bytes, encoding });
      }),
    );
  });

  it('takes a text without a prefix exactly as written', () => {
    for (const text of ['seu-secret-jwt', ' spaced ', 'with\nbreak', '"quoted"', 'b64:YWJj', 'BASE64:YWJj', 'sénha']) {
      expect(parseSecret(text)).toEqual({ bytes: Buffer.from(text), encoding: 'utf8' });
    }
  });

  it('never decodes a text that merely looks encoded', () => {
    const text = randomBytes(32).toString('base64');
    expect(parseSecret(text).bytes).toEqual(Buffer.from(text));
  });

  it('lets utf8: say that a text which begins like a prefix is text', () => {
    expect(parseSecret('utf8:hex:00').bytes).toEqual(Buffer.from('hex:00'));
  });

  it('takes hex in capitals, and base64 without its padding', () => {
    expect(parseSecret('hex:00FFaB').bytes).toEqual(Buffer.from([0, 255, 171]));
    expect(parseSecret('base64:YQ').bytes).toEqual(Buffer.from('a'));
  });

  it.each([
    ['an empty text', '', /empty/],
    ['nothing after the prefix', 'base64:', /empty/],
    ['a line break at the end of base64', 'base64:YWJj\n', /white space/],
    ['a space in hex', 'hex:00 ff', /white space/],
    ['base64url letters in base64', 'base64:_-8=', /position 1 that is not base64/],
    ['base64 letters in base64url', 'base64url:ab+/', /position 3 that is not base64url/],
    ['padding in base64url', 'base64url:YQ==', /position 3/],
    ['half of the padding', 'base64:YQ=', /wrongly padded/],
    ['padding in the middle', 'base64:YQ==YQ==', /wrongly padded/],
    ['bits left over', 'base64:YR==', /canonical/],
    ['a text cut short', 'base64:YWJjZ', /cut short/],
    ['half a byte of hex', 'hex:abc', /cut short/],
    ['a letter that is no digit', 'hex:0g', /position 2 that is not hex/],
    ['half a surrogate pair', 'abc\ud800', /surrogate/],
  ])('refuses %s', (_, text, reason) => {
    const fault = faultOf(text);
    expect(fault.code).toBe('secret_invalid');
    expect(fault.problem).toMatch(reason);
    expect(fault.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('never repeats any of the secret in its complaint', () => {
    const secret = randomBytes(24).toString('hex');
    for (const text of [`base64:${secret}!`, `base64url:${secret}+`, `hex:${secret}zz`, `hex:${secret}a`]) {
      expect(faultOf(text).message).not.toContain(secret.slice(0, 8));
    }
  });
});

describe('isSampleSecret', () => {
  it.each([
    'seu-secret-jwt',
    'sua_chave_secreta_aqui_com_pelo_menos_32_caracteres',
    'your-secret-key',
    'your-256-bit-secret',
    'a-string-secret-at-least-256-bits-long',
    'super-secret-jwt-token-with-at-least-32-characters-long',
    'secret',
    'SECRET',
    'changeme',
    'change_this_in_production!',
    'keyboard cat',
    'shhhhh',
    'password123',
    'correct-horse-battery-staple',
    '0'.repeat(64),
    'abababababababab',
    '0123456789abcdef0123456789abcdef',
    '12345678901234567890123456789012',
    'utf8:secret',
    `base64:${Buffer.from('your-secret-key').toString('base64')}`,
    `hex:${'00'.repeat(32)}`,
    ' secret\n',
    'troque este segredo não use em produção',
  ])('knows %j', (text) => {
    expect(isSampleSecret(text)).toBe(true);
  });

  it.each([
    '',
    'a8#1!9$2^7',
    'key7402918465027364',
    'Tr0ub4dor&3xyzzy',
    'maria-loves-her-blue-canoe-1987',
    'fonana.me/7dK2-pq',
    'x'.repeat(300),
  ])('does not accuse %j', (text) => {
    expect(isSampleSecret(text)).toBe(false);
  });

  it('does not accuse random secrets', () => {
    for (let n = 0; n < 2000; n += 1) {
      const bytes = randomBytes(24);
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        expect(isSampleSecret(bytes.toString(encoding))).toBe(false);
        expect(isSampleSecret(`${encoding}:${bytes.toString(encoding)}`)).toBe(false);
      }
    }
  });
});
