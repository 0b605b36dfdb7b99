import { describe, expect, it } from 'vitest';
import { AuditTrail } from './audit-trail.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryAudit } from './testing/memory-audit.ts';
import { RecordingLog } from './testing/recording-log.ts';
import { SOMEBODY } from './testing/test-auth.ts';

function setUp() {
  const audit = new MemoryAudit();
  const log = new RecordingLog();
  const clock = new ManualClock();
  return { audit, log, clock, trail: new AuditTrail({ audit, log, clock, failureBurst: 3, failuresPerSecond: 1 }) };
}

const FAILURE = { action: 'authn_login_fail', by: SOMEBODY, reason: 'invalid_credentials' } as const;

describe('the audit trail', () => {
  it('records who, from where, what and why', async () => {
    const { audit, trail } = setUp();
    await trail.failed({ ...FAILURE, object: { kind: 'user', id: 'usr_1' } });
    expect(audit.entries).toEqual([
      {
        actor: { kind: 'anonymous' },
        address: '203.0.113.7',
        action: 'authn_login_fail',
        outcome: 'failure',
        reason: 'invalid_credentials',
        object: { kind: 'user', id: 'usr_1' },
      },
    ]);
  });

  it('records a flood of failures up to a rate, and the rest as one entry with their number', async () => {
    const { audit, trail, clock } = setUp();
    for (let failure = 0; failure < 1000; failure++) await trail.failed(FAILURE);
    trail.count({ ...FAILURE, reason: 'login_locked' });
    expect(audit.entries).toHaveLength(3);
    clock.pass(2000);
    for (let failure = 0; failure < 10; failure++) await trail.failed(FAILURE);
    expect(audit.entries).toHaveLength(5);
    await trail.flush();
    expect(audit.entries.slice(5)).toEqual([
      expect.objectContaining({ actor: { kind: 'system' }, reason: 'invalid_credentials', details: { count: 1005 } }),
      expect.objectContaining({ actor: { kind: 'system' }, reason: 'login_locked', details: { count: 1 } }),
    ]);
    await trail.flush();
    expect(audit.entries).toHaveLength(7);
  });

  it('records what succeeded whatever the rate of failures', async () => {
    const { audit, trail } = setUp();
    for (let failure = 0; failure < 10; failure++) await trail.failed(FAILURE);
    await trail.succeeded({ action: 'user_created', by: SOMEBODY });
    expect(audit.of('user_created')).toHaveLength(1);
  });

  it('does not fail the action when its record cannot be written, and says so in the log', async () => {
    const { audit, trail, log } = setUp();
    audit.failure = new Error('disk full');
    await trail.succeeded({ action: 'user_created', by: SOMEBODY });
    expect(log.lines).toEqual([expect.objectContaining({ level: 'error', text: 'audit entry could not be written' })]);
  });
});
