import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../kernel/log.ts';
import { Admission } from './admission.ts';

describe('admission of connections without a user', () => {
  it('refuses more than the cap of one address and admits others', () => {
    const admission = new Admission({ maxPerAddress: 2, maxTotal: 10, log: silentLog });
    const first = admission.enter('203.0.113.1');
    expect(admission.enter('203.0.113.1')).toBeDefined();
    expect(admission.enter('203.0.113.1')).toBeUndefined();
    expect(admission.enter('203.0.113.2')).toBeDefined();
    first?.leave();
    first?.leave();
    expect(admission.enter('203.0.113.1')).toBeDefined();
    expect(admission.enter('203.0.113.1')).toBeUndefined();
    expect(admission.total).toBe(3);
  });

  it('refuses everybody beyond the total', () => {
    const admission = new Admission({ maxPerAddress: 2, maxTotal: 3, log: silentLog });
    for (let i = 1; i <= 3; i++) expect(admission.enter(`203.0.113.${i}`)).toBeDefined();
    expect(admission.enter('127.0.0.1')).toBeUndefined();
  });

  it('has no cap per address on loopback, and names the setting once', () => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (_facts, text) => void warnings.push(text) };
    const admission = new Admission({ maxPerAddress: 2, maxTotal: 100, log });
    for (let i = 0; i < 10; i++) expect(admission.enter('127.0.0.1')).toBeDefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('TRUSTED_PROXIES=127.0.0.1');
  });
});
