import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { describeAuditLog } from '../../ports/audit-log.contract.ts';
import type { AuditVerdict } from '../../ports/audit-log.ts';
import type { AuditCheckpoint, AuditKey } from './audit-checkpoint.ts';
import { openTemporaryStorage, StoppedClock } from './testing/temporary-storage.ts';

describeAuditLog('in the embedded database', async () => {
  const clock = new StoppedClock();
  const temporary = await openTemporaryStorage({ clock });
  return {
    audit: temporary.storage.audit,
    setNow: (nowMs) => {
      clock.nowMs = nowMs;
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
});

const newKey = (kid: string): AuditKey => ({ kid, privateKey: generateKeyPairSync('ed25519').privateKey });

/** A storage whose audit log has so many records; `tamper` does what only a thief of the file could do. */
async function setUp(records: number, options: { directory?: string; key?: AuditKey } = {}) {
  const checkpoints: AuditCheckpoint[] = [];
  const { key = newKey('k1') } = options;
  const temporary = await openTemporaryStorage({
    auditKey: async () => key,
    onCheckpoint: (checkpoint) => checkpoints.push(checkpoint),
    ...(options.directory !== undefined && { directory: options.directory }),
  });
  const { audit } = temporary.storage;
  const append = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        audit.append({ actor: { kind: 'system' }, action: 'sys_test', outcome: 'success', details: { i } }),
      ),
    );
  await append(records);
  const tamper = (sql: string) => {
    using database = new DatabaseSync(join(options.directory ?? temporary.directory, 'parley.db'));
    const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
  };
  return { ...temporary, audit, append, tamper, checkpoints };
}

describe('the audit log of the embedded database against tampering', () => {
  const broken = (brokenSeq: number, records: number, problem: RegExp): AuditVerdict => ({
    ok: false,
    brokenSeq,
    records,
    problem: expect.stringMatching(problem) as unknown as string,
  });

  it('finds a record that was changed', async () => {
    await using log = await setUp(20);
    log.tamper(`UPDATE audit SET content = replace(content, 'success', 'failure') WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(7, 6, /changed/));
  });

  it('finds a record that was changed together with its hash', async () => {
    await using log = await setUp(20);
    log.tamper(`UPDATE audit SET (content, hash) = (SELECT content, hash FROM audit WHERE seq = 6) WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(7, 6, /not in its place/));
  });

  it('finds a record that was removed', async () => {
    await using log = await setUp(20);
    log.tamper('DELETE FROM audit WHERE seq = 7');
    expect(await log.audit.verify()).toEqual(broken(7, 6, /missing/));
  });

  it('finds the first record removed', async () => {
    await using log = await setUp(3);
    log.tamper('DELETE FROM audit WHERE seq = 1');
    expect(await log.audit.verify()).toEqual(broken(1, 0, /missing/));
  });

  it('finds records that were reordered', async () => {
    await using log = await setUp(20);
    log.tamper(
      'UPDATE audit SET seq = -1 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = -1',
    );
    expect(await log.audit.verify()).toEqual(broken(7, 6, /not in its place/));
  });

  it('finds records put in between by renumbering the rest', async () => {
    await using log = await setUp(20);
    log.tamper(`UPDATE audit SET seq = -seq - 1 WHERE seq > 7; UPDATE audit SET seq = -seq WHERE seq < 0;
      INSERT INTO audit SELECT 8, content, hash FROM audit WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(8, 7, /not in its place/));
  });

  it('finds an end that was cut off, by the checkpoint that was made of it', async () => {
    await using log = await setUp(1_010);
    expect(log.checkpoints.map(({ seq }) => seq)).toEqual([1_000]);
    log.tamper('DELETE FROM audit WHERE seq > 990');
    expect(await log.audit.verify()).toEqual(broken(991, 990, /reached 1000/));
  });

  it('finds a log that was emptied', async () => {
    await using log = await setUp(1_000);
    log.tamper('DELETE FROM audit');
    expect(await log.audit.verify()).toEqual(broken(1, 0, /reached 1000/));
  });

  it('finds a checkpoint that was made without the key', async () => {
    await using log = await setUp(1_000);
    log.tamper('UPDATE audit_checkpoints SET at = at + 1');
    expect(await log.audit.verify()).toEqual(broken(1_000, 1_000, /signature/));
  });

  it('finds a chain that was written anew, by its checkpoint', async () => {
    await using log = await setUp(1_000);
    await using other = await setUp(1_000);
    log.tamper(`ATTACH '${join(other.directory, 'parley.db')}' AS other; DELETE FROM audit;
      INSERT INTO audit SELECT * FROM other.audit`);
    expect(await log.audit.verify()).toEqual(broken(1_000, 1_000, /not the one/));
  });
});

describe('checkpoints of the audit log', () => {
  it('are made each 1,000 records, at stop and at start, and emitted each time', async () => {
    const key = newKey('k1');
    await using first = await setUp(2_500, { key });
    expect(first.checkpoints.map(({ seq }) => seq)).toEqual([1_000, 2_000]);
    await first.storage.stop();
    expect(first.checkpoints.map(({ seq }) => seq)).toEqual([1_000, 2_000, 2_500]);
    await using second = await setUp(0, { key, directory: first.directory });
    expect(second.checkpoints).toMatchObject([{ seq: 2_500, keyId: 'k1', hash: first.checkpoints.at(-1)?.hash }]);
    expect(await second.audit.verify()).toMatchObject({ ok: true, records: 2_500, checkpoints: 3 });
    await second.storage.stop();
  });

  it('are not made of an empty log, nor without a key', async () => {
    await using empty = await setUp(0);
    await empty.storage.stop();
    expect(empty.checkpoints).toEqual([]);
    await using keyless = await openTemporaryStorage();
    await keyless.storage.audit.append({ actor: { kind: 'system' }, action: 'sys_test', outcome: 'success' });
    expect(await keyless.storage.audit.verify()).toMatchObject({ ok: true, records: 1, checkpoints: 0 });
  });

  it('of an earlier key still hold for the chain, but do not count as signed', async () => {
    await using first = await setUp(1_000, { key: newKey('old') });
    await first.storage.stop();
    await using second = await setUp(0, { key: newKey('new'), directory: first.directory });
    expect(await second.audit.verify()).toMatchObject({ ok: true, records: 1_000, checkpoints: 1 });
    second.tamper("DELETE FROM audit_checkpoints WHERE key_id = 'new'; DELETE FROM audit WHERE seq > 500");
    expect(await second.audit.verify()).toMatchObject({ ok: false, brokenSeq: 501 });
    await second.storage.stop();
  });
});

describe('the table of the audit log', () => {
  it('refuses to change or remove a record or a checkpoint', async () => {
    await using log = await setUp(1_000);
    using database = new DatabaseSync(join(log.directory, 'parley.db'));
    for (const table of ['audit', 'audit_checkpoints']) {
      expect(() => database.exec(`DELETE FROM ${table}`)).toThrow(/append-only/);
      expect(() => database.exec(`UPDATE ${table} SET hash = 'x'`)).toThrow(/append-only/);
      expect(() => database.exec(`INSERT OR REPLACE INTO ${table} SELECT * FROM ${table} LIMIT 1`)).toThrow(
        /append-only/,
      );
    }
    expect(await log.audit.verify()).toMatchObject({ ok: true, records: 1_000 });
  });
});
