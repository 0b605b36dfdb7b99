import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { describeAuditLog } from '../../ports/audit-log.contract.ts';
import type { AuditVerdict } from '../../ports/audit-log.ts';
import type { AuditCheckpoint, AuditKey } from './audit-checkpoint.ts';
import { SqliteAuditLog } from './audit-log.ts';
import { openStorage } from './open-storage.ts';
import { openInlineStorage } from './testing/inline-storage.ts';
import { openTemporaryStorage, StoppedClock, temporaryDirectory } from './testing/temporary-storage.ts';

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

/** An audit log with so many records; `tamper` does what only a thief of the file could do. */
async function setUp(records: number, options: { path?: string; key?: AuditKey } = {}) {
  const directory = temporaryDirectory();
  const { path = join(directory.path, 'parley.db'), key: auditKey = newKey('k1') } = options;
  const storage = await openInlineStorage({
    path,
    synchronous: 'off',
    busyTimeoutMs: 10,
    databaseMaxBytes: 0,
    auditKey,
  });
  const checkpoints: AuditCheckpoint[] = [];
  const audit = new SqliteAuditLog(storage, (checkpoint) => checkpoints.push(checkpoint));
  for (let i = 0; i < records; i++)
    await audit.append({ actor: { kind: 'system' }, action: 'sys_test', outcome: 'success', details: { i } });
  const connect = () => new DatabaseSync(path);
  const tamper = (sql: string) => {
    using database = connect();
    const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`);
    database.exec(sql);
  };
  return {
    path,
    audit,
    checkpoints,
    connect,
    tamper,
    [Symbol.dispose]() {
      storage[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
}

describe('the audit log of the embedded database against tampering', () => {
  const broken = (brokenSeq: number, records: number, problem: RegExp): AuditVerdict => ({
    ok: false,
    brokenSeq,
    records,
    problem: expect.stringMatching(problem) as unknown as string,
  });

  it('finds a record that was changed', async () => {
    using log = await setUp(20);
    log.tamper(`UPDATE audit SET content = replace(content, 'success', 'failure') WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(7, 6, /changed/));
  });

  it('finds a record that was changed together with its hash', async () => {
    using log = await setUp(20);
    log.tamper(`UPDATE audit SET (content, hash) = (SELECT content, hash FROM audit WHERE seq = 6) WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(7, 6, /not in its place/));
  });

  it('finds a record that was removed', async () => {
    using log = await setUp(20);
    log.tamper('DELETE FROM audit WHERE seq = 7');
    expect(await log.audit.verify()).toEqual(broken(7, 6, /missing/));
  });

  it('finds the first record removed', async () => {
    using log = await setUp(3);
    log.tamper('DELETE FROM audit WHERE seq = 1');
    expect(await log.audit.verify()).toEqual(broken(1, 0, /missing/));
  });

  it('finds records that were reordered', async () => {
    using log = await setUp(20);
    log.tamper(
      'UPDATE audit SET seq = -1 WHERE seq = 7; UPDATE audit SET seq = 7 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = -1',
    );
    expect(await log.audit.verify()).toEqual(broken(7, 6, /not in its place/));
  });

  it('finds records put in between by renumbering the rest', async () => {
    using log = await setUp(20);
    log.tamper(`UPDATE audit SET seq = -seq - 1 WHERE seq > 7; UPDATE audit SET seq = -seq WHERE seq < 0;
      INSERT INTO audit SELECT 8, content, hash FROM audit WHERE seq = 7`);
    expect(await log.audit.verify()).toEqual(broken(8, 7, /not in its place/));
  });

  it('finds an end that was cut off, by the checkpoint that was made of it', async () => {
    using log = await setUp(1_010);
    expect(log.checkpoints.map(({ seq }) => seq)).toEqual([1_000]);
    log.tamper('DELETE FROM audit WHERE seq > 990');
    expect(await log.audit.verify()).toEqual(broken(991, 990, /reached 1000/));
  });

  it('finds a log that was emptied', async () => {
    using log = await setUp(1_000);
    log.tamper('DELETE FROM audit');
    expect(await log.audit.verify()).toEqual(broken(1, 0, /reached 1000/));
  });

  it('finds a checkpoint that was made without the key', async () => {
    using log = await setUp(1_000);
    log.tamper('UPDATE audit_checkpoints SET at = at + 1');
    expect(await log.audit.verify()).toEqual(broken(1_000, 1_000, /signature/));
  });

  it('finds a chain that was written anew, by its checkpoint', async () => {
    using log = await setUp(1_000);
    using other = await setUp(1_000);
    log.tamper(`ATTACH '${other.path}' AS other; DELETE FROM audit;
      INSERT INTO audit SELECT * FROM other.audit`);
    expect(await log.audit.verify()).toEqual(broken(1_000, 1_000, /not the one/));
  });
});

describe('checkpoints of the audit log', () => {
  const entry = { actor: { kind: 'system' }, action: 'sys_test', outcome: 'success' } as const;

  it('are made at stop and at start, and emitted each time', async () => {
    const key = newKey('k1');
    const emitted: AuditCheckpoint[] = [];
    const options = { auditKey: async () => key, onCheckpoint: (each: AuditCheckpoint) => emitted.push(each) };
    await using first = await openTemporaryStorage(options);
    await first.storage.audit.append(entry);
    await first.storage.audit.append(entry);
    expect(emitted).toEqual([]);
    await first.storage.stop();
    expect(emitted).toMatchObject([{ seq: 2, keyId: 'k1' }]);
    await using again = await openStorage({
      directory: first.directory,
      synchronous: 'off',
      log: silentLog,
      ...options,
    });
    expect(emitted).toMatchObject([{ seq: 2 }, { seq: 2, hash: emitted[0]?.hash }]);
    expect(await again.audit.verify()).toMatchObject({ ok: true, records: 2, checkpoints: 1 });
  });

  it('are made each 1,000 records', async () => {
    using log = await setUp(2_100);
    expect(log.checkpoints.map(({ seq }) => seq)).toEqual([1_000, 2_000]);
    expect(await log.audit.verify()).toMatchObject({ ok: true, records: 2_100, checkpoints: 2 });
  });

  it('are not made of an empty log, nor without a key', async () => {
    using empty = await setUp(0);
    await empty.audit.checkpoint();
    expect(empty.checkpoints).toEqual([]);
    await using keyless = await openTemporaryStorage();
    await keyless.storage.audit.append(entry);
    expect(await keyless.storage.audit.verify()).toMatchObject({ ok: true, records: 1, checkpoints: 0 });
  });

  it('of an earlier key still hold for the chain, but do not count as signed', async () => {
    using first = await setUp(1_000, { key: newKey('old') });
    using second = await setUp(5, { key: newKey('new'), path: first.path });
    await second.audit.checkpoint();
    expect(await second.audit.verify()).toMatchObject({ ok: true, records: 1_005, checkpoints: 1 });
    second.tamper("DELETE FROM audit_checkpoints WHERE key_id = 'new'; DELETE FROM audit WHERE seq > 500");
    expect(await second.audit.verify()).toMatchObject({ ok: false, brokenSeq: 501 });
  });
});

describe('the table of the audit log', () => {
  it('refuses to change or remove a record or a checkpoint', async () => {
    using log = await setUp(1_000);
    using database = log.connect();
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
