import { randomBytes } from 'node:crypto';
import { parseSecret } from '@parley/tokens';
import { describe, expect, it } from 'vitest';
import { foreignIssuers } from './foreign-issuers.ts';
import { failureOf, loadFrom } from './load-config.fixture.ts';

const strong = (): string => randomBytes(32).toString('base64url');
const production = { NODE_ENV: 'production' };

describe('secrets', () => {
  const weak = { empty: '', sample: 'sua_chave_secreta_aqui_com_pelo_menos_32_caracteres', short: 'kX9#pQ2!vL' };

  for (const name of ['JWT_SECRET', 'NEXTAUTH_SECRET']) {
    it.each(Object.entries(weak))(`stops a start in production with a ${name} that is %s`, (_kind, text) => {
      const failure = failureOf({ env: { ...production, [name]: text } });
      expect(failure.code).toBe('secret_weak');
      expect(failure.message).toContain(name);
    });

    it.each(Object.entries(weak))(`only warns outside production about a ${name} that is %s`, (_kind, text) => {
      expect(loadFrom({ env: { [name]: text } }).warnings.join('\n')).toContain(`${name} (set in the environment)`);
    });
  }

  it('prints a line that ends the trouble when it is added', () => {
    const { remedy } = failureOf({ env: { ...production, JWT_SECRET: '' } });
    const [, line = ''] = /^ {2}JWT_SECRET=(\S+)$/m.exec(remedy) ?? [];
    expect(loadFrom({ env: production, files: { '/srv/parley/.env': `JWT_SECRET=${line}\n` } }).warnings).toEqual([]);
    expect(parseSecret(line).encoding).toBe('utf8');
  });

  it('prints another line each time', () => {
    const remedies = [1, 2].map(() => failureOf({ env: { ...production, JWT_SECRET: '' } }).remedy);
    expect(remedies[0]).not.toBe(remedies[1]);
  });

  it('names the file that holds the weak secret', () => {
    const dotEnv = failureOf({ env: production, files: { '/srv/parley/.env': 'JWT_SECRET=changeme' } });
    expect(dotEnv.remedy).toContain('Write it to /srv/parley/.env');
    const files = { '/srv/parley/parley.config.json': '{"jwtSecret": "changeme"}' };
    const inFile = failureOf({ env: production, files });
    expect(inFile.remedy).toContain('Write it to /srv/parley/parley.config.json');
    expect(inFile.remedy).toMatch(/^ {2}"jwtSecret": "\S{43}"$/m);
  });

  it('says that .env cannot win against the environment', () => {
    expect(failureOf({ env: { ...production, JWT_SECRET: 'changeme' } }).remedy).toContain('or unset JWT_SECRET there');
  });

  it('treats an empty secret outside production as none', () => {
    expect(loadFrom({ env: { JWT_SECRET: '' } }).config.jwtSecret).toBeUndefined();
  });

  it('starts in production without any shared secret', () => {
    expect(loadFrom({ env: production }).config.isProduction).toBe(true);
  });

  it('counts bytes, not characters of an encoding', () => {
    const short = `hex:${randomBytes(31).toString('hex')}`;
    expect(failureOf({ env: { ...production, JWT_SECRET: short } }).message).toContain('31 bytes');
    const enough = `hex:${randomBytes(32).toString('hex')}`;
    expect(() => loadFrom({ env: { ...production, JWT_SECRET: enough } })).not.toThrow();
  });

  it('refuses a secret that is not the encoding it names, without showing it', () => {
    const text = `base64:${strong()}-_`;
    const failure = failureOf({ env: { JWT_SECRET: text } });
    expect(failure.code).toBe('config_invalid');
    expect(JSON.stringify([failure.message, failure.remedy])).not.toContain(text.slice(7, 15));
  });

  it('warns of white space around a secret', () => {
    expect(loadFrom({ env: { JWT_SECRET: `${strong()}\n` } }).warnings.join()).toContain('white space');
  });

  it('says nothing about a strong secret', () => {
    expect(loadFrom({ env: { ...production, JWT_SECRET: strong() } }).warnings).toEqual([]);
  });
});

describe('issuers', () => {
  const nextauth = { NEXTAUTH_ISSUER: 'web.example', NEXTAUTH_AUDIENCE: 'parley' };

  it('takes no tokens of others by default', () => {
    expect(foreignIssuers(loadFrom({}).config)).toEqual([]);
  });

  it('takes any issuer and audience under JWT_SECRET alone', () => {
    const [issuer] = foreignIssuers(loadFrom({ env: { JWT_SECRET: strong() } }).config);
    expect(issuer).not.toHaveProperty('issuer');
    expect(issuer).not.toHaveProperty('audience');
  });

  it('accepts NEXTAUTH_SECRET alone, and says that it is not used for raw tokens', () => {
    const { config, warnings } = loadFrom({ env: { NEXTAUTH_SECRET: strong() } });
    expect(foreignIssuers(config)).toEqual([]);
    expect(warnings.join()).toContain('NEXTAUTH_SECRET is not used');
  });

  it('wants both issuer and audience of a NextAuth application', () => {
    const env = { NEXTAUTH_SECRET: strong(), NEXTAUTH_ISSUER: 'web.example' };
    expect(failureOf({ env }).message).toContain('without NEXTAUTH_AUDIENCE');
  });

  it('wants a prefix each when there are two', () => {
    const env = { JWT_SECRET: strong(), NEXTAUTH_SECRET: strong(), ...nextauth };
    expect(failureOf({ env }).remedy).toContain('JWT_PREFIX and NEXTAUTH_PREFIX');
    expect(failureOf({ env: { ...env, JWT_PREFIX: 'shop:' } }).code).toBe('config_invalid');
    const both = { ...env, JWT_PREFIX: 'shop:', NEXTAUTH_PREFIX: 'web:', JWT_TRUST: 'roles' };
    expect(foreignIssuers(loadFrom({ env: both }).config)).toMatchObject([
      { name: 'jwt', prefix: 'shop:', trust: ['roles'] },
      { name: 'nextauth', prefix: 'web:', issuer: ['web.example'], audience: ['parley'], trust: [] },
    ]);
  });

  it.each([
    ['a', 'ab'],
    ['usr_', 'web:'],
  ])('refuses the prefixes %s and %s', (jwt, web) => {
    const env = { JWT_SECRET: strong(), NEXTAUTH_SECRET: strong(), ...nextauth, JWT_PREFIX: jwt, NEXTAUTH_PREFIX: web };
    expect(failureOf({ env }).code).toBe('config_invalid');
  });

  it('refuses one secret for two issuers', () => {
    const secret = strong();
    const env = { JWT_SECRET: secret, NEXTAUTH_SECRET: secret, ...nextauth, JWT_PREFIX: 'a:', NEXTAUTH_PREFIX: 'b:' };
    expect(failureOf({ env }).message).toContain('share a key');
  });
});

describe('storage that is not there yet', () => {
  const env = { DATABASE_URL: 'postgres://localhost/app' };

  it('refuses DATABASE_URL and REDIS_URL without repeating their credentials', () => {
    const failure = failureOf({ env: { ...env, REDIS_URL: 'redis://:verysecretpassword@cache' } });
    expect(failure.problems.map(({ code }) => code)).toEqual(['not_supported_yet', 'not_supported_yet']);
    expect(failure.message).not.toContain('verysecret');
  });

  it('leaves them to their owner with STORAGE=embedded', () => {
    expect(() => loadFrom({ env: { ...env, STORAGE: 'embedded' } })).not.toThrow();
  });
});

describe('options that depend on each other', () => {
  it.each([
    [{ CONTENT_MAX_BYTES: '5000', PAYLOAD_MAX_BYTES: '4096' }, 'CONTENT_MAX_BYTES (5000) is larger'],
    [{ OUTBOX_SOFT_BYTES: '5000000' }, 'OUTBOX_SOFT_BYTES (5000000) is larger'],
    [{ OUTBOX_TOTAL_BYTES: '2048' }, 'OUTBOX_HARD_BYTES (4194304) is larger'],
    [{ PAGE_DEFAULT: '201' }, 'PAGE_DEFAULT (201) is larger'],
    [{ TLS_CERT: 'cert.pem' }, 'TLS_CERT is set without TLS_KEY'],
    [{ TLS_KEY: 'key.pem' }, 'TLS_KEY is set without TLS_CERT'],
    [{ SESSION_POLICY: 'multi(0)' }, 'SESSION_POLICY is "multi(0)" (set in the environment). It takes `single`'],
    [{ SESSION_POLICY: 'double' }, 'SESSION_POLICY is "double"'],
  ])('refuses %j', (env, message) => {
    expect(failureOf({ env }).message).toContain(message);
  });

  it('does not compare an option that was refused already', () => {
    const failure = failureOf({ env: { PAYLOAD_MAX_BYTES: 'x', CONTENT_MAX_BYTES: '100000' } });
    expect(failure.problems).toHaveLength(1);
  });

  it('reads session policies', () => {
    expect(loadFrom({}).config.sessionPolicy).toEqual({ kind: 'multi', max: 10 });
    expect(loadFrom({ env: { SESSION_POLICY: 'single' } }).config.sessionPolicy).toEqual({ kind: 'single' });
    expect(loadFrom({ flags: { sessionPolicy: 'multi(3)' } }).config.sessionPolicy).toEqual({ kind: 'multi', max: 3 });
  });

  it.each([
    [{ RATE_LIMITS: 'off' }, 'RATE_LIMITS is off'],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'trusts every address'],
    [{ AUTH_COOKIE: 'on' }, 'AUTH_COOKIE is on'],
    [{ JWT_ISSUER: 'x' }, 'no effect without JWT_SECRET'],
  ])('warns of %j', (env, warning) => {
    expect(loadFrom({ env }).warnings.join()).toContain(warning);
  });

  it('has nothing to say about the defaults', () => {
    expect(loadFrom({}).warnings).toEqual([]);
  });
});
