import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIssuerPolicies, type ForeignIssuer } from './issuers.ts';
import { generateSigningKey, importSigningKey } from './signing-key.ts';
import { app } from './testing/forge.ts';
import { createHmacKey } from './verification-key.ts';

const newKey = () => createHmacKey(randomBytes(32));
const own = { keys: [importSigningKey(generateSigningKey()).verificationKey] };
const shop: ForeignIssuer = { name: 'shop', keys: [newKey()], prefix: 'shop:' };
const blog: ForeignIssuer = { name: 'blog', keys: [newKey()], prefix: 'blog:' };

describe('issuers are accepted', () => {
  it('as one foreign service without a prefix, beside our own', () => {
    expect(createIssuerPolicies({ own, foreign: [app] }).map(({ name }) => name)).toEqual(['parley', 'app']);
  });

  it('as several foreign services with prefixes', () => {
    expect(createIssuerPolicies({ foreign: [shop, blog] })).toHaveLength(2);
  });

  it('with two keys each, as during a rotation', () => {
    expect(createIssuerPolicies({ foreign: [{ ...app, keys: [newKey(), newKey()] }] })).toHaveLength(1);
  });

  it('with one key for two services whose iss differ', () => {
    const shared = { keys: shop.keys };
    const policies = createIssuerPolicies({
      foreign: [
        { ...shop, issuer: ['a'] },
        { ...blog, ...shared, issuer: ['b'] },
      ],
    });
    expect(policies).toHaveLength(2);
  });
});

describe('issuers are refused', () => {
  it.each<[string, ForeignIssuer[], RegExp]>([
    ['when one of two has no prefix', [shop, app], /"app" has no prefix/],
    ['when two have the same prefix', [shop, { ...blog, prefix: 'shop:' }], /begin alike/],
    [
      'when one prefix begins with the other, so that ids could clash',
      [shop, { ...blog, prefix: 'shop:2' }],
      /begin alike/,
    ],
    ['when a prefix lies in the reserved space', [{ ...app, prefix: 'usr_app' }], /reserved "usr_"/],
    ['when two have one name', [shop, { ...blog, name: 'shop' }], /used twice/],
    ['when one is called like us', [{ ...app, name: 'parley' }], /reserved/],
    ['when one has no name', [{ ...app, name: '' }], /empty/],
    ['when one claims our iss', [{ ...app, issuer: ['https://a', 'parley'] }], /this server's own/],
    ['when one has no key', [{ ...app, keys: [] }], /no key/],
    ['when one accepts no iss at all', [{ ...app, issuer: [] }], /issuer list/],
    ['when one accepts an empty aud', [{ ...app, audience: [''] }], /audience list/],
    ['when two share a key and any iss', [shop, { ...blog, keys: shop.keys }], /share a key/],
    [
      'when two share a key and an iss',
      [
        { ...shop, issuer: ['a', 'b'] },
        { ...blog, keys: shop.keys, issuer: ['b'] },
      ],
      /share a key/,
    ],
  ])('%s', (_, foreign, reason) => {
    expect(() => createIssuerPolicies({ own, foreign })).toThrow(reason);
  });

  it('when our own key is not EdDSA', () => {
    expect(() => createIssuerPolicies({ own: { keys: [newKey()] } })).toThrow(/EdDSA only/);
  });

  it('when a foreign service without iss holds our own key', () => {
    expect(() => createIssuerPolicies({ own, foreign: [{ ...app, keys: own.keys }] })).toThrow(/share a key/);
  });
});
