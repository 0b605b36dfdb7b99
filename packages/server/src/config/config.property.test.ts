import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import { parseHostName } from './host-name.ts';
import { loadFrom } from './load-config.fixture.ts';
import { OPTION_ROWS } from './option-table.ts';
import { createOriginRule } from './origin-rule.ts';

const LISTED = 'https://app.example.com';
const rule = createOriginRule(loadFrom({ env: { DOMAIN_URL: LISTED } }).config, { address: '127.0.0.1' }, () => []);

/** Hosts near the allowed ones: pieces of them in any order, among them what parsers disagree about. */
const piece = fc.constantFrom(
  ...['localhost', '127.0.0.1', '[::1]', 'app.example.com', 'evil.example', '.', ':', '@', '/', '//', '#', '?'],
  ...['%', '\\', '\t', '\r\n', ' ', ',', '0', '3001', 'http://', 'https://', 'null', '\u0000', 'é', '。', '％'],
);
const nearHost = fc.oneof(
  fc.string(),
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
);

describe('any Host', () => {
  it('that is answered to is a name and a port, and the name is one of the allowed', () => {
    fc.assert(
      fc.property(nearHost, (host) => {
        if (!rule.isAllowedHost(host)) return;
        expect(host).toMatch(
          /^(?:localhost\.?|127(?:\.\d+){3}\.?|\[[0-9a-f:.]+\]|app\.example\.com\.?)(?::\d{1,5})?$/i,
        );
      }),
      { numRuns: 20_000 },
    );
  });

  it('means the same after it was brought to its canonical form', () => {
    fc.assert(
      fc.property(nearHost, (host) => {
        const parsed = parseHostName(host);
        if (parsed === undefined) return;
        const again = parsed.name.includes(':') ? `[${parsed.name}]` : parsed.name;
        expect(parseHostName(again)).toEqual({ name: parsed.name, port: undefined });
      }),
    );
  });
});

describe('any Origin', () => {
  it('that may connect is the listed one or that of the host it came to', () => {
    fc.assert(
      fc.property(nearHost, nearHost, fc.constantFrom('http', 'https', undefined), (origin, host, scheme) => {
        if (!rule.isAllowedOrigin(origin, host, scheme) || origin === LISTED) return;
        expect(rule.isAllowedHost(host)).toBe(true);
        expect([URL.parse(`http://${host}`)?.origin, URL.parse(`https://${host}`)?.origin]).toContain(origin);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('any environment', () => {
  const names = OPTION_ROWS.map(({ name }) => name);
  const value = fc.oneof(fc.string(), nearHost, fc.integer().map(String), fc.constantFrom('on', '*', 'multi(2)', '::'));

  const settings = fc.dictionary(fc.constantFrom(...names, 'PARLEY_X'), value, { maxKeys: 3 });

  it('gives a configuration or one AppError, and neither repeats a secret', () => {
    fc.assert(
      fc.property(settings, fc.uuid(), fc.constantFrom('', 'base64:'), (env, secret, prefix) => {
        const given = { ...env, REDIS_PASSWORD: secret, JWT_SECRET: prefix + secret };
        try {
          const { config, warnings } = loadFrom({ env: given });
          expect(JSON.stringify([config, warnings])).not.toContain(secret);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(`${error.message}${error.remedy}${JSON.stringify(error.details)}`).not.toContain(secret);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
