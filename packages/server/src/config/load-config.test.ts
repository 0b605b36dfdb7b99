import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failureOf, loadFrom } from './load-config.fixture.ts';

const FILE = '/srv/parley/parley.config.json';
const DOT_ENV = '/srv/parley/.env';

describe('precedence', () => {
  it('takes the default when nothing sets an option', () => {
    const { config, sources } = loadFrom({});
    expect(config.port).toBe(3001);
    expect(sources.port).toEqual({ kind: 'default', detail: 'default', shadowed: [] });
  });

  it('lets the file win over the default, .env over the file, the environment over .env, a flag over all', () => {
    const files: Record<string, string> = { [FILE]: '{"port": 1}' };
    expect(loadFrom({ files }).config.port).toBe(1);
    files[DOT_ENV] = 'PORT=2\n';
    expect(loadFrom({ files }).config.port).toBe(2);
    expect(loadFrom({ files, env: { PORT: '3' } }).config.port).toBe(3);
    const { config, sources } = loadFrom({ files, env: { PORT: '3' }, flags: { port: '4' } });
    expect(config.port).toBe(4);
    expect(sources.port).toEqual({ kind: 'flag', detail: '--port', shadowed: ['the environment', DOT_ENV, FILE] });
  });

  it('takes an empty variable for an option left out', () => {
    expect(loadFrom({ env: { PORT: '', DATABASE_URL: ' ' }, files: { [DOT_ENV]: 'PORT=7' } }).config.port).toBe(7);
  });

  it('resolves paths against the file that names them, and otherwise against the working directory', () => {
    const files = { '/etc/parley/main.json': '{"dataDir": "./data"}' };
    expect(loadFrom({ files, flags: { config: '/etc/parley/main.json' } }).config.dataDir).toBe('/etc/parley/data');
    expect(loadFrom({ env: { DATA_DIR: 'data' } }).config.dataDir).toBe('/srv/parley/data');
    expect(loadFrom({}).config.dataDir).toBe('/srv/parley/parley-data');
  });

  it('finds the configuration file by PARLEY_CONFIG, in .env too', () => {
    const files = { '/srv/parley/other.json': '{"port": 9}', [FILE]: '{"port": 1}' };
    expect(loadFrom({ files, env: { PARLEY_CONFIG: 'other.json' } }).config.port).toBe(9);
    expect(loadFrom({ files: { ...files, [DOT_ENV]: 'PARLEY_CONFIG=other.json' } }).config.port).toBe(9);
  });

  it('reads files that begin with a byte order mark', () => {
    const files = { [FILE]: '\ufeff{"port": 5}', [DOT_ENV]: '\ufeffHOST=::1\n' };
    expect(loadFrom({ files }).config).toMatchObject({ port: 5, host: '::1' });
  });
});

describe('refusals', () => {
  it('reports every fault at once', () => {
    const failure = failureOf({
      env: { PORT: 'abc', SIGNUP: 'maybe', PARLEY_LOG_LEVL: 'debug' },
      files: { [FILE]: '{"payloadMaxByte": 5, "pageMax": 0}' },
    });
    expect(failure.problems.map(({ code }) => code)).toEqual([
      'config_unknown_key',
      'config_unknown_key',
      'config_invalid',
      'config_invalid',
      'config_invalid',
    ]);
    expect(failure.message).toContain('5 faults');
    expect(failure.message).toContain('Did you mean payloadMaxBytes?');
    expect(failure.message).toContain('Did you mean LOG_LEVEL?');
  });

  it('names the option, the place, what was given and what is accepted', () => {
    expect(failureOf({ env: { PAYLOAD_MAX_BYTES: '1h' } }).message).toBe(
      'PAYLOAD_MAX_BYTES is "1h" (set in the environment). It takes a whole number from 1024 to 16777216 (bytes).',
    );
    expect(failureOf({ flags: { tlsPlain: 'yes' } }).message).toBe(
      'TLS_PLAIN is "yes" (given by --tls-plain). It takes `refuse` or `allow`.',
    );
    expect(failureOf({ files: { [FILE]: '{"domainUrl": ["*"]}' } }).message).toContain(
      `DOMAIN_URL is ["*"] (set in ${FILE}). It takes a comma-separated list of origins`,
    );
  });

  it('suggests the key when the file uses the name of the environment variable', () => {
    expect(failureOf({ files: { [FILE]: '{"PAYLOAD_MAX_BYTES": 5000}' } }).message).toContain(
      'Did you mean payloadMaxBytes?',
    );
  });

  it('ignores the variables of other programs, but not misspelt ones of its own', () => {
    const kubernetes = {
      PARLEY_SERVICE_HOST: '10.0.0.1',
      PARLEY_SERVICE_PORT_WS: '3001',
      PARLEY_PORT: 'tcp://10.0.0.1:3001',
      PARLEY_PORT_3001_TCP_ADDR: '10.0.0.1',
    };
    expect(() => loadFrom({ env: { ...kubernetes, PATH: '/bin', POTR: '1' } })).not.toThrow();
    expect(failureOf({ env: { PARLEY_PORT: '3001' } }).message).toContain('Did you mean PORT?');
    expect(failureOf({ env: { PARLEY_ZZZ: '' } }).code).toBe('config_unknown_key');
  });

  it('refuses secrets on the command line without repeating them', () => {
    const secret = randomBytes(32).toString('hex');
    const failure = failureOf({ flags: { jwtSecret: secret } });
    expect(failure.code).toBe('config_invalid');
    expect(JSON.stringify([failure.message, failure.remedy, failure.details])).not.toContain(secret.slice(0, 8));
  });

  it('refuses flags that no option has', () => {
    expect(failureOf({ flags: { prot: 1 } as object }).message).toContain('Did you mean port?');
  });

  it('does not go on with defaults when the named configuration file is missing', () => {
    expect(failureOf({ env: { PARLEY_CONFIG: '/nowhere.json' } }).code).toBe('config_file_unreadable');
  });

  it('tells where a configuration file is no JSON, without quoting it', () => {
    const secret = randomBytes(32).toString('hex');
    const failure = failureOf({ files: { [FILE]: `{\n  "jwtSecret": "${secret}" x\n}` } });
    expect(failure.code).toBe('config_file_unreadable');
    expect(failure.message).toContain('line 2');
    expect(failure.message).not.toContain(secret.slice(0, 8));
  });

  it.each(['[]', '"port"', 'null', ''])('refuses the configuration file %j', (text) => {
    expect(failureOf({ files: { [FILE]: text } }).code).toBe('config_file_unreadable');
  });

  it('tells when a file is there but cannot be read', () => {
    const readFile = (path: string): string | undefined => {
      if (path === DOT_ENV) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      return undefined;
    };
    expect(failureOf({ readFile })).toMatchObject({
      code: 'config_file_unreadable',
      message: `${DOT_ENV} cannot be used: EACCES.`,
    });
  });
});

describe('the result', () => {
  it('is frozen to the bottom', () => {
    const { config, sources } = loadFrom({ env: { DOMAIN_URL: 'https://a.example' } });
    for (const part of [config, config.domainUrl, config.sessionPolicy, sources, sources.port]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(() => (config.domainUrl as string[]).push('https://evil.example')).toThrow(TypeError);
  });

  it('never shows a secret when it is logged', () => {
    const secret = randomBytes(32).toString('hex');
    const { config } = loadFrom({ env: { JWT_SECRET: secret, REDIS_PASSWORD: secret } });
    expect(config.jwtSecret?.reveal()).toBe(secret);
    expect(JSON.stringify(config)).not.toContain(secret.slice(0, 8));
    expect(`${config.jwtSecret}`).toBe('[secret]');
  });
});
