import { describe, expect, it } from 'vitest';
import { findOption } from './option-table.ts';
import { parseValue } from './parse-value.ts';

function parse(key: string, given: unknown): unknown {
  const row = findOption(key);
  if (row === undefined) throw new Error(`no option ${key}`);
  const parsed = parseValue(row, given, '/srv');
  return parsed.ok ? parsed.value : 'REFUSED';
}

describe('parseValue', () => {
  it.each([
    ['port', '0', 0],
    ['port', ' 8080 ', 8080],
    ['port', 65_535, 65_535],
    ['authCookie', 'on', true],
    ['authCookie', 'OFF', false],
    ['authCookie', true, true],
    ['domainUrl', 'http://localhost:3000,http://app.example.com', ['http://localhost:3000', 'http://app.example.com']],
    ['domainUrl', ['https://a.example/'], ['https://a.example']],
    ['domainUrl', 'https://a.example,,https://A.example', ['https://a.example']],
    ['domainUrl', [], []],
    ['trustedProxies', '10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
    ['allowedHosts', 'A.example', ['a.example']],
    ['jwtTrust', 'roles,caps', ['roles', 'caps']],
    ['dataDir', './data', '/srv/data'],
    ['host', ' ::1 ', '::1'],
  ])('reads %s from %j', (key, given, value) => {
    expect(parse(key, given)).toEqual(value);
  });

  it.each([
    ['port', ''],
    ['port', '-1'],
    ['port', '1.5'],
    ['port', 1.5],
    ['port', '0x10'],
    ['port', '1e3'],
    ['port', '65536'],
    ['port', '٣'],
    ['port', null],
    ['port', Number.NaN],
    ['port', true],
    ['heartbeatMs', '25s'],
    ['authCookie', 'yes please'],
    ['authCookie', 1],
    ['logLevel', 'INFO '.trim()],
    ['logLevel', ['info']],
    ['domainUrl', '*'],
    ['domainUrl', 'https://*.example.com'],
    ['domainUrl', 'app.example.com'],
    ['domainUrl', 'https://app.example.com/path'],
    ['domainUrl', 'https://user@app.example.com'],
    ['domainUrl', 'wss://app.example.com'],
    ['domainUrl', 'null'],
    ['domainUrl', [1]],
    ['domainUrl', { a: 1 }],
    ['trustedProxies', '10.0.0.0/33'],
    ['trustedProxies', 'proxy.internal'],
    ['trustedProxies', '010.0.0.1'],
    ['allowedHosts', 'https://a.example'],
    ['allowedHosts', 'a.example:3001'],
    ['allowedHosts', '*.example'],
    ['jwtTrust', 'roles,admin'],
    ['host', 'a\nb'],
    ['jwtSecret', 5],
  ])('refuses %s from %j', (key, given) => {
    expect(parse(key, given)).toBe('REFUSED');
  });
});
