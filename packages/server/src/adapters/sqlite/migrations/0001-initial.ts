// breaking: yes (there is nothing older)
import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

/** Users, sessions, keys, revocations. Text ids of users appear in this table only; everything else uses the number. */
const ACCOUNTS = [
  `CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    username TEXT,
    username_key TEXT UNIQUE,
    name TEXT,
    name_key TEXT,
    roles TEXT NOT NULL,
    password_hash TEXT,
    is_disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX users_by_name ON users (name_key) WHERE name_key IS NOT NULL',
  `CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    user_agent TEXT
  ) STRICT`,
  'CREATE INDEX sessions_by_user ON sessions (user)',
  `CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    is_rotated INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session)',
  `CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT`,
  `CREATE TABLE revocations (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID`,
];

/** Chats, their members and their one log. Text ids of chats appear in `chats` only. */
const CHATS = [
  `CREATE TABLE chats (
    id INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT,
    created_by INTEGER NOT NULL REFERENCES users (id),
    pair_low INTEGER,
    pair_high INTEGER,
    member_count INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_message_seq INTEGER NOT NULL,
    last_gid INTEGER NOT NULL,
    retention_floor_seq INTEGER NOT NULL
  ) STRICT`,
  'CREATE UNIQUE INDEX chats_by_pair ON chats (pair_low, pair_high) WHERE pair_low IS NOT NULL',
  `CREATE TABLE members (
    chat INTEGER NOT NULL REFERENCES chats (id),
    user INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    left_seq INTEGER,
    read_seq INTEGER NOT NULL,
    delivered_seq INTEGER NOT NULL,
    PRIMARY KEY (chat, user)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX members_by_user ON members (user, chat) WHERE left_seq IS NULL',
  `CREATE TABLE events (
    gid INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    client_msg_id TEXT,
    payload TEXT NOT NULL
  ) STRICT`,
  // kind and actor are in it so that counting unread messages reads no rows
  'CREATE INDEX events_by_seq ON events (chat, seq, kind, actor)',
  'CREATE UNIQUE INDEX events_by_client_msg_id ON events (actor, client_msg_id) WHERE client_msg_id IS NOT NULL',
  // what the index above cannot say: each seq once and none missing, checked once per chat and commit
  `CREATE TRIGGER chats_seq_is_gapless AFTER UPDATE OF last_seq ON chats
  WHEN NEW.last_seq <> OLD.last_seq AND (
    SELECT count(DISTINCT seq) <> count(*) OR count(*) <> NEW.last_seq - OLD.last_seq OR max(seq) <> NEW.last_seq
    FROM events WHERE chat = NEW.id AND seq > OLD.last_seq
  )
  BEGIN
    SELECT RAISE(ABORT, 'the seq of a chat has a hole or a repetition');
  END`,
  `CREATE TABLE receipt_log (
    chat INTEGER NOT NULL,
    user INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chat, user, from_seq)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE operations (
    user INTEGER NOT NULL,
    client_op_id TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    chat INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user, client_op_id)
  ) STRICT, WITHOUT ROWID`,
];

const appendOnly = (table: string, event: string, condition = '') =>
  `CREATE TRIGGER ${table}_refuses_${event.toLowerCase()} BEFORE ${event} ON ${table}${condition}
  BEGIN
    SELECT RAISE(ABORT, 'the ${table} table is append-only');
  END`;

/** The audit log and what shows that its end was cut off. */
const AUDIT = [
  'CREATE TABLE audit (seq INTEGER PRIMARY KEY, content TEXT NOT NULL, hash TEXT NOT NULL) STRICT',
  `CREATE TABLE audit_checkpoints (
    seq INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (seq, key_id)
  ) STRICT, WITHOUT ROWID`,
  ...['audit', 'audit_checkpoints'].flatMap((table) => [appendOnly(table, 'UPDATE'), appendOnly(table, 'DELETE')]),
  // INSERT OR REPLACE removes rows without asking the triggers above
  appendOnly('audit', 'INSERT', ' WHEN NEW.seq <> (SELECT ifnull(max(seq), 0) + 1 FROM audit)'),
  appendOnly(
    'audit_checkpoints',
    'INSERT',
    ' WHEN EXISTS (SELECT 1 FROM audit_checkpoints c WHERE c.seq = NEW.seq AND c.key_id = NEW.key_id)',
  ),
];

/** Facts about the database: the log's epoch, the key of address hashes, the newest breaking migration. */
const META = ['CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID'];

/** The first schema. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...META, ...ACCOUNTS, ...CHATS, ...AUDIT]) await sql.raw(statement).execute(db);
  const facts = { log_epoch: randomBytes(12).toString('hex'), address_key: randomBytes(32).toString('hex') };
  for (const [key, value] of Object.entries(facts))
    await sql`INSERT INTO meta (key, value) VALUES (${key}, ${value})`.execute(db);
}
