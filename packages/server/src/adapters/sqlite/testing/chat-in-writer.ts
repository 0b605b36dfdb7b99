import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StorageWriter, type WriterOptions } from '../storage-writer.ts';
import type { Outcomes } from '../thread-messages.ts';
import { temporaryDirectory } from './temporary-storage.ts';

export const CHAT = 'chat_a';
export const USER = 'usr_a';

/** A writer without its thread, and a chat of one user to write to. */
export interface ChatInWriter extends Disposable {
  readonly writer: StorageWriter;
  readonly path: string;
  /** Sends messages in one transaction, each with its content as id; returns their seqs, or codes of failure. */
  send(...contents: readonly string[]): readonly (number | string)[];
  /** Contents and seqs in the file, as another program sees them. */
  stored(): readonly { readonly seq: number; readonly payload: string }[];
  /** A connection of another program. */
  connect(): DatabaseSync;
}

/** Opens a writer in a directory of its own. */
export async function openChatInWriter(options: Partial<WriterOptions> = {}): Promise<ChatInWriter> {
  const directory = temporaryDirectory();
  const path = options.path ?? join(directory.path, 'parley.db');
  const defaults = { path, synchronous: 'off', busyTimeoutMs: 20, databaseMaxBytes: 0, auditKey: undefined } as const;
  const writer = await StorageWriter.open({ ...defaults, ...options });
  const user = { id: USER, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null };
  const group = { chatId: CHAT, creatorId: USER, name: 'A', memberIds: [], clientOpId: undefined, maxMembers: 9 };
  writer.run(
    [
      ['ensureUsers', [user]],
      ['createGroup', group],
    ],
    1,
  );
  return {
    writer,
    path,
    send: (...contents) =>
      results(
        writer.run(
          contents.map((text) => ['append', CHAT, USER, text, text, false]),
          1,
        ),
      ),
    stored: () => {
      using database = new DatabaseSync(path, { readOnly: true });
      const rows = database.prepare('SELECT seq, payload FROM events WHERE kind = 1 ORDER BY seq').all();
      return rows as { seq: number; payload: string }[];
    },
    connect: () => new DatabaseSync(path),
    [Symbol.dispose]() {
      writer.close();
      directory[Symbol.dispose]();
    },
  };
}

function results(outcomes: Outcomes): (number | string)[] {
  return outcomes.values.map((value, i) => {
    const failure = outcomes.failures?.get(i);
    return failure === undefined ? (value as { seq: number }).seq : failure.code;
  });
}
