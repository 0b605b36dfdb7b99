import { describe, expect, it } from 'vitest';
import { loadFrom } from './load-config.fixture.ts';
import { defaultText, OPTION_FLAGS, pickFlags } from './option-flags.ts';
import { optionFlag, optionKey } from './option-row.ts';
import { OPTION_ROWS } from './option-table.ts';
import { parseValue } from './parse-value.ts';

describe('the option table', () => {
  it('has a name once, and a key and a flag that no other option has', () => {
    for (const derive of [(name: string) => name, optionKey, optionFlag]) {
      expect(new Set(OPTION_ROWS.map(({ name }) => derive(name))).size).toBe(OPTION_ROWS.length);
    }
    expect(OPTION_ROWS.length).toBeGreaterThan(50);
  });

  it.each(OPTION_ROWS)('says in full sentences what $name is for', ({ name, doc }) => {
    expect(name).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(doc).toMatch(/^[A-Z`].*\.$/s);
  });

  it.each(OPTION_ROWS.filter((row) => row.type === 'integer'))('has the unit of $name in name and row', (row) => {
    const unit = { MS: 'ms', S: 's', BYTES: 'bytes' }[/_(MS|S|BYTES)$/.exec(row.name)?.[1] ?? ''];
    if (unit !== undefined) expect(row.unit).toBe(unit);
    else expect(['ms', 's', 'bytes']).not.toContain(row.unit);
    expect(row.default).toBeGreaterThanOrEqual(row.min);
    expect(row.default).toBeLessThanOrEqual(row.max);
  });

  it.each(OPTION_ROWS.filter((row) => defaultText(row)))('accepts the default of $name when it is given', (row) => {
    const loaded = loadFrom({ env: { [row.name]: defaultText(row) } }).config;
    expect(loaded).toEqual(loadFrom({}).config);
    expect(parseValue(row, defaultText(row), '/srv').ok).toBe(true);
  });

  it('keeps secrets off the command line', () => {
    const flags = OPTION_FLAGS.map(({ key }) => key);
    expect(flags).toContain('payloadMaxBytes');
    for (const row of OPTION_ROWS.filter(({ secret }) => secret)) expect(flags).not.toContain(optionKey(row.name));
  });

  it('calls everything a secret that is named like one', () => {
    for (const { name, secret } of OPTION_ROWS) {
      if (/SECRET|PASSWORD|DATABASE_URL|REDIS_URL/.test(name)) expect(secret, name).toBe(true);
    }
  });

  it('picks the options out of what a command line parser returns', () => {
    expect(pickFlags({ port: '1', json: true, config: 'x.json' })).toEqual({ port: '1', config: 'x.json' });
  });

  it('shows in the flag what it takes', () => {
    const syntaxes = OPTION_FLAGS.map(({ syntax }) => syntax);
    expect(syntaxes).toContain('--payload-max-bytes <bytes>');
    expect(syntaxes).toContain('--tls-plain <refuse|allow>');
    expect(syntaxes).toContain('--auth-cookie <on|off>');
  });
});
