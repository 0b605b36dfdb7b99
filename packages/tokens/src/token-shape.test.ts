import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forge, GOOD } from './testing/forge.ts';
import { API_KEY_PREFIX, REFRESH_TOKEN_PREFIX, readTokenShape } from './token-shape.ts';

const token = forge(GOOD);

describe('the kind of a value', () => {
  it.each([
    ['missing', undefined],
    ['empty', null],
    ['empty', ''],
    ['empty', ' \r\n'],
    ['empty', '""'],
    ['empty', 'Bearer'],
    ['empty', "' '"],
    ['not_text', 42],
    ['not_text', { token }],
    ['not_text', [token]],
    ['not_text', Symbol('token')],
    ['too_long', 'x'.repeat(8193)],
    ['literal', 'undefined'],
    ['literal', 'null'],
    ['literal', 'Bearer undefined'],
    ['literal', '[object Object]'],
    ['literal', '[object Promise]'],
    ['placeholder', 'seu-jwt-token'],
    ['placeholder', 'session_token'],
    ['placeholder', 'YOUR_TOKEN_HERE'],
    ['placeholder', '${TOKEN}'],
    ['placeholder', '$TOKEN'],
    ['placeholder', '{{token}}'],
    ['placeholder', '<token>'],
    ['placeholder', '%TOKEN%'],
    ['json', JSON.stringify({ token })],
    ['refresh_token', `${REFRESH_TOKEN_PREFIX}${randomBytes(24).toString('hex')}`],
    ['api_key', `${API_KEY_PREFIX}${randomBytes(24).toString('hex')}`],
    ['opaque', randomBytes(32).toString('base64url')],
    ['opaque', '5f1c2b9e-7f4a-4a53-9d1e-0c6b8f2a7d31'],
    ['opaque', 'secret'.repeat(11)],
    ['two_parts', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9'],
    ['jws', token],
    ['jws', 'www.example.com'],
    ['jwe', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.Y2lwaGVy.dGFn'],
    ['other_parts', 'a.b.c.d'],
    ['other_parts', 'a.b.c.d.e.f'],
  ])('is %s', (kind, value) => {
    const shape = readTokenShape(value);
    expect(shape.kind).toBe(kind);
    expect(shape.sentence).toMatch(/^[A-Z].*\.$/);
    if (kind !== 'jws') expect(shape.remedy).toMatch(/^[A-Z].*\.$/);
  });
});

describe('what was left around a token', () => {
  it.each([
    ['whitespace', `${token}\n`],
    ['whitespace', `\ufeff${token}`],
    ['quotes', `"${token}"`],
    ['quotes', `'${token}'`],
    ['bearer_prefix', `Bearer ${token}`],
    ['bearer_prefix', `bearer:${token}`],
    ['bearer_prefix', `Authorization: Bearer ${token}`],
    ['percent_encoded', token.replaceAll('.', '%2E')],
  ])('is seen as %s and can be taken off', (kind, value) => {
    const shape = readTokenShape(value);
    expect(shape).toMatchObject({ kind: 'jws', core: token });
    expect(shape.defects.map((defect) => defect.kind)).toEqual([kind]);
  });

  it('is taken off layer by layer', () => {
    const shape = readTokenShape(` "Bearer%20${token}"\n`);
    expect(shape).toMatchObject({ kind: 'jws', core: token });
    expect(shape.defects.map(({ kind }) => kind)).toEqual(['whitespace', 'quotes', 'bearer_prefix']);
  });

  it('is nothing for a token as it should be', () => {
    expect(readTokenShape(token)).toMatchObject({ kind: 'jws', core: token, defects: [] });
  });
});

it('describes anything, and repeats none of it', () => {
  const secret = randomBytes(24).toString('base64url');
  const wrap = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => ` ${text}`,
    (text) => `"${text}"`,
    (text) => `Bearer ${text}`,
    (text) => `${text}%2E${text}`,
    (text) => `{"token":"${text}"}`,
    (text) => `\${${text}}`,
    (text) => `${API_KEY_PREFIX}${text}`,
    (text) => `${text}.${text}`,
  );
  fc.assert(
    fc.property(fc.array(wrap, { maxLength: 5 }), (wraps) => {
      const { core: _, ...shape } = readTokenShape(wraps.reduce((text, apply) => apply(text), secret));
      expect(JSON.stringify(shape)).not.toContain(secret.slice(0, 8));
    }),
  );
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (value) => void readTokenShape(value)));
});
