import { calculateJwkThumbprint } from 'jose';
import { expect, it } from 'vitest';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import { TokenConfigError } from './token-config-error.ts';

const first = generateSigningKey();
const second = generateSigningKey();

it('survives being stored as JSON', () => {
  const imported = importSigningKey(JSON.parse(JSON.stringify(first)));
  expect(imported).toMatchObject({ alg: 'EdDSA', kid: first.kid, verificationKey: { alg: 'EdDSA', kid: first.kid } });
  expect(imported.verificationKey.key.type).toBe('public');
});

it('is another key each time, named by its thumbprint', async () => {
  expect(first.d).not.toBe(second.d);
  expect(first.kid).toBe(await calculateJwkThumbprint({ ...first }));
});

it.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'key'],
  ['an empty object', {}],
  ['a public key', { ...first, d: undefined }],
  ['a key without its public half', { ...first, x: undefined }],
  ['another curve', { ...first, crv: 'X25519' }],
  ['another kind', { ...first, kty: 'EC' }],
  ['a private half cut short', { ...first, d: first.d.slice(0, -2) }],
  ['the halves of two keys, which node:crypto accepts', { ...second, d: first.d }],
  ['the id of another key', { ...first, kid: second.kid }],
  ['no id', { ...first, kid: undefined }],
])('refuses %s', (_, jwk) => {
  expect(() => importSigningKey(jwk)).toThrow(TokenConfigError);
});

it('never repeats the private half in its complaint', () => {
  try {
    importSigningKey({ ...first, x: second.x });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain(first.d.slice(0, 8));
  }
});
