import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';
import { unknownSetting } from './unknown-setting.ts';

describe('the nearest name', () => {
  const names = ['port', 'host', 'payloadMaxBytes', 'pageMax', 'DOMAIN_URL'];

  it.each([
    ['prot', 'port'],
    ['PORT', 'port'],
    ['payload_max_bytes', 'payloadMaxBytes'],
    ['payloadMaxByte', 'payloadMaxBytes'],
    ['DOMAIN_URLS', 'DOMAIN_URL'],
    ['domainurl', 'DOMAIN_URL'],
  ])('of %s is %s', (written, name) => {
    expect(nearestName(written, names)).toBe(name);
  });

  it.each(['colour', 'x', 'secretSauce', ''])('is not made up for %j', (written) => {
    expect(nearestName(written, names)).toBeUndefined();
  });
});

describe('unknownSetting', () => {
  it('names what replaced an option that is gone', () => {
    const rows = [{ name: 'CORS', type: 'string', doc: 'Gone.', removed: 'Use DOMAIN_URL.' } as const];
    expect(unknownSetting('CORS', '.env', 'variable', rows)).toEqual({
      code: 'config_invalid',
      message: 'CORS (set in .env) is an option no more.',
      remedy: 'Use DOMAIN_URL.',
    });
    expect(unknownSetting('cors', 'a.json', 'key', rows).remedy).toBe('Use DOMAIN_URL.');
    expect(unknownSetting('CORZ', '.env', 'variable', rows).message).not.toContain('Did you mean');
  });
});
