import type { DatabaseSync } from 'node:sqlite';
import type { ApiKeyRecord } from '../../../ports/account-store.ts';
import { prepare, type Statement } from '../prepare.ts';

/** A key as the table holds one; `scopes` is a JSON array. */
type KeyRow = Omit<ApiKeyRecord, 'scopes'> & { readonly scopes: string };

/** Finds API keys. */
export class KeyReads {
  readonly #find: Statement<KeyRow>;
  readonly #list: Statement<KeyRow>;

  constructor(database: DatabaseSync) {
    const select = `SELECT key_id AS id, name, scopes, created_at AS createdAtMs, revoked_at AS revokedAtMs FROM api_keys`;
    this.#find = prepare(database, `${select} WHERE hash = ? AND revoked_at IS NULL`);
    this.#list = prepare(database, `${select} ORDER BY api_keys.id`);
  }

  findKey(hash: string): ApiKeyRecord | undefined {
    const row = this.#find.get(hash);
    return row && keyOf(row);
  }

  /** In the order of their making, revoked ones too. */
  listKeys(): ApiKeyRecord[] {
    return this.#list.all().map(keyOf);
  }
}

function keyOf(row: KeyRow): ApiKeyRecord {
  return { ...row, scopes: JSON.parse(row.scopes) as string[] };
}
