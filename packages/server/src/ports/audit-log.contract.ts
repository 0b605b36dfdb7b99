import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry, AuditLog } from './audit-log.ts';

/** What an adapter gives to have its audit log examined. The log is empty. */
export interface OpenedAuditLog extends AsyncDisposable {
  readonly audit: AuditLog;
  /** Sets the clock that the log takes its times from. */
  setNow(nowMs: number): void;
}

const LOGIN: AuditEntry = { actor: { kind: 'user', id: 'usr_a' }, action: 'authn_login_success', outcome: 'success' };

/** Examines an audit log: everything that the port promises, on one log that the tests share. */
export function describeAuditLog(name: string, open: () => Promise<OpenedAuditLog>): void {
  describe(`the audit log ${name}`, () => {
    let opened: OpenedAuditLog;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened[Symbol.asyncDispose]());
    const newest = (limit = 1) => opened.audit.list({ limit });

    it('is whole while it is empty', async () => {
      expect(await opened.audit.list({ limit: 10 })).toEqual([]);
      expect(await opened.audit.verify()).toMatchObject({ ok: true, records: 0 });
    });

    it('keeps everything about an entry but the address itself', async () => {
      opened.setNow(1_800_000_000_000);
      const entry = {
        actor: { kind: 'key', id: 'key_1' },
        action: 'user_created',
        outcome: 'failure',
        object: { kind: 'user', id: 'usr_b' },
        reason: 'username_taken',
        details: { tries: 3, isForced: false, why: 'é "quoted" \u2028' },
      } as const;
      await opened.audit.append({ ...entry, address: '192.0.2.7' });
      const [record] = await newest();
      expect(record).toMatchObject({ ...entry, seq: 1, timestampMs: 1_800_000_000_000 });
      expect(record?.addressHash).toMatch(/^[0-9a-f]{64}$/);
      expect(record?.addressHash).not.toBe(hash('sha256', '192.0.2.7'));
      expect(JSON.stringify(record)).not.toContain('192.0.2.7');
    });

    it('gives equal addresses equal hashes', async () => {
      for (const address of ['192.0.2.7', '192.0.2.8', '192.0.2.7']) await opened.audit.append({ ...LOGIN, address });
      await opened.audit.append(LOGIN);
      const hashes = (await newest(4)).toReversed().map(({ addressHash }) => addressHash);
      expect(hashes[0]).toBe(hashes[2]);
      expect(hashes[1]).not.toBe(hashes[0]);
      expect(hashes[3]).toBeUndefined();
    });

    it('chains entries without gaps, also those under way at once', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => opened.audit.append({ ...LOGIN, details: { i } })));
      const records = (await newest(1_000)).toReversed();
      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1));
      expect(records.slice(1).map(({ previousHash }) => previousHash)).toEqual(
        records.slice(0, -1).map((record) => record.hash),
      );
      expect(records.slice(-50).map(({ details }) => details?.['i'])).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(await opened.audit.verify()).toMatchObject({
        ok: true,
        records: records.length,
        headHash: records.at(-1)?.hash,
      });
    });

    it('lists newest first, page by page', async () => {
      const all = (await newest(1_000)).map(({ seq }) => seq);
      const walked: number[] = [];
      for (let page = await newest(7); page.length > 0; ) {
        walked.push(...page.map(({ seq }) => seq));
        page = await opened.audit.list({ beforeSeq: walked.at(-1) as number, limit: 7 });
      }
      expect(walked).toEqual(all);
      expect(walked).toEqual(walked.toSorted((a, b) => b - a));
    });

    it('takes an entry whose text or numbers JSON cannot hold', async () => {
      await opened.audit.append({ ...LOGIN, details: { half: 'x\ud800', endless: Number.POSITIVE_INFINITY } });
      expect((await newest())[0]?.details).toEqual({ half: 'x\ufffd', endless: 'Infinity' });
      expect(await opened.audit.verify()).toMatchObject({ ok: true });
    });
  });
}
