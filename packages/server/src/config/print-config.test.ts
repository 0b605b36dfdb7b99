import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadFrom } from './load-config.fixture.ts';
import { type ConfigLine, describeConfig, formatConfigTable } from './print-config.ts';

function linesOf(env: Record<string, string>): Map<string, ConfigLine> {
  return new Map(describeConfig(loadFrom({ env })).map((line) => [line.name, line]));
}

describe('the printed configuration', () => {
  it('shows each value with its source', () => {
    const loaded = loadFrom({
      env: { PORT: '4000' },
      files: { '/srv/parley/.env': 'PORT=1' },
      flags: { signup: 'open' },
    });
    const table = formatConfigTable(describeConfig(loaded));
    expect(table).toMatch(/^PORT +4000 +env: the environment \(also set, without effect, in \/srv\/parley\/\.env\)$/m);
    expect(table).toMatch(/^SIGNUP +open +flag: --signup$/m);
    expect(table).toMatch(/^SESSION_POLICY +multi\(10\) +default$/m);
    expect(table).toMatch(/^AUTH_COOKIE +off +default$/m);
    expect(table).toMatch(/^JWT_SECRET +not set +default$/m);
  });

  it('shows of a key of 32 bytes its fingerprint, which does not depend on the spelling', () => {
    const key = randomBytes(32);
    const base64 = linesOf({ JWT_SECRET: `base64:${key.toString('base64')}` }).get('JWT_SECRET')?.value;
    expect(base64).toMatch(/^set, fingerprint [0-9a-f]{8}$/);
    expect(linesOf({ JWT_SECRET: `hex:${key.toString('hex')}` }).get('JWT_SECRET')?.value).toBe(base64);
  });

  it('shows of a shorter one only that it is set', () => {
    expect(linesOf({ JWT_SECRET: 'kX9#pQ2!vL' }).get('JWT_SECRET')?.value).toBe('set, 10 characters');
  });

  it('shows no fingerprint of a URL, which would confirm a guessed password', () => {
    const url = 'postgres://user:hunter2@database.internal/app';
    const value = linesOf({ STORAGE: 'embedded', DATABASE_URL: url }).get('DATABASE_URL')?.value;
    expect(value).toBe(`set, ${url.length} characters`);
  });

  it('holds no run of eight bytes of any secret, in any spelling', () => {
    const names = ['JWT_SECRET', 'NEXTAUTH_SECRET', 'DATABASE_URL', 'REDIS_URL', 'REDIS_PASSWORD'];
    const secrets = names.map(() => randomBytes(32).toString('base64url'));
    const env = Object.fromEntries(names.map((name, at) => [name, secrets[at] ?? '']));
    const lines = describeConfig(loadFrom({ env: { ...env, STORAGE: 'embedded' } }));
    const printed = formatConfigTable(lines) + JSON.stringify(lines);
    for (const secret of secrets) {
      for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
        const text = Buffer.from(secret).toString(encoding);
        for (let at = 0; at + 8 <= text.length; at += 1) expect(printed).not.toContain(text.slice(at, at + 8));
      }
    }
  });
});
