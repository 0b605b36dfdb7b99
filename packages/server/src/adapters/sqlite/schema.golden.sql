CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;

CREATE TABLE audit (seq INTEGER PRIMARY KEY, content TEXT NOT NULL, hash TEXT NOT NULL) STRICT;

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
  BEGIN
    SELECT RAISE(ABORT, 'the audit table is append-only');
  END;

CREATE TRIGGER audit_refuses_insert BEFORE INSERT ON audit WHEN NEW.seq <> (SELECT ifnull(max(seq), 0) + 1 FROM audit)
  BEGIN
    SELECT RAISE(ABORT, 'the audit table is append-only');
  END;

CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
  BEGIN
    SELECT RAISE(ABORT, 'the audit table is append-only');
  END;

CREATE TABLE audit_checkpoints (
    seq INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (seq, key_id)
  ) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_checkpoints_refuses_delete BEFORE DELETE ON audit_checkpoints
  BEGIN
    SELECT RAISE(ABORT, 'the audit_checkpoints table is append-only');
  END;

CREATE TRIGGER audit_checkpoints_refuses_insert BEFORE INSERT ON audit_checkpoints WHEN EXISTS (SELECT 1 FROM audit_checkpoints c WHERE c.seq = NEW.seq AND c.key_id = NEW.key_id)
  BEGIN
    SELECT RAISE(ABORT, 'the audit_checkpoints table is append-only');
  END;

CREATE TRIGGER audit_checkpoints_refuses_update BEFORE UPDATE ON audit_checkpoints
  BEGIN
    SELECT RAISE(ABORT, 'the audit_checkpoints table is append-only');
  END;

CREATE TABLE chats (
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
  ) STRICT;

CREATE UNIQUE INDEX chats_by_pair ON chats (pair_low, pair_high) WHERE pair_low IS NOT NULL;

CREATE TRIGGER chats_seq_is_gapless AFTER UPDATE OF last_seq ON chats
  WHEN NEW.last_seq <> OLD.last_seq AND (
    SELECT count(DISTINCT seq) <> count(*) OR count(*) <> NEW.last_seq - OLD.last_seq OR max(seq) <> NEW.last_seq
    FROM events WHERE chat = NEW.id AND seq > OLD.last_seq
  )
  BEGIN
    SELECT RAISE(ABORT, 'the seq of a chat has a hole or a repetition');
  END;

CREATE TABLE events (
    gid INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    client_msg_id TEXT,
    payload TEXT NOT NULL
  ) STRICT;

CREATE UNIQUE INDEX events_by_client_msg_id ON events (actor, client_msg_id) WHERE client_msg_id IS NOT NULL;

CREATE INDEX events_by_seq ON events (chat, seq, kind, actor);

CREATE TABLE members (
    chat INTEGER NOT NULL REFERENCES chats (id),
    user INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    left_seq INTEGER,
    read_seq INTEGER NOT NULL,
    delivered_seq INTEGER NOT NULL,
    PRIMARY KEY (chat, user)
  ) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user, chat) WHERE left_seq IS NULL;

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
    user INTEGER NOT NULL,
    client_op_id TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    chat INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user, client_op_id)
  ) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_log (
    chat INTEGER NOT NULL,
    user INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chat, user, from_seq)
  ) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    is_rotated INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);

CREATE TABLE revocations (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    user_agent TEXT
  ) STRICT;

CREATE INDEX sessions_by_user ON sessions (user);

CREATE TABLE users (
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
  ) STRICT;

CREATE INDEX users_by_name ON users (name_key) WHERE name_key IS NOT NULL;
