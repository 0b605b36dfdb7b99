import type { DatabaseSync } from 'node:sqlite';
import type { RefreshOutcome, SessionRecord } from '../../../ports/account-store.ts';
import { prepare, type Statement } from '../prepare.ts';
import { SESSION_COLUMNS } from '../session-columns.ts';
import { USER_COLUMNS, type UserRow, userOf } from '../user-row.ts';
import type { Turn } from './turn.ts';

/** How long a session is listed after its end. */
const KEPT_AFTER_END_MS = 30 * 86_400_000;

/** A session to begin. */
export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly refreshHash: string;
  readonly expiresAtMs: number;
  readonly userAgent: string | null;
}

/** A refresh token and the one that takes its place. */
export interface RefreshRotation {
  readonly refreshHash: string;
  readonly nextHash: string;
  readonly nextExpiresAtMs: number;
}

interface TokenRow {
  readonly session: number;
  readonly expiresAtMs: number;
  readonly isRotated: number;
}

/**
 * Begins, carries on and ends sessions. A refresh token that was rotated stays known until it would have expired, so
 * that its reuse is seen.
 */
export class SessionWrites {
  readonly #turn: Turn;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: DatabaseSync, turn: Turn) {
    this.#turn = turn;
    this.#statements = prepareStatements(database);
  }

  createSession({ id, userId, refreshHash, expiresAtMs, userAgent }: NewSession): void {
    const { forget, insert, insertToken } = this.#statements;
    const { nowMs } = this.#turn;
    forget.run(userId, nowMs - KEPT_AFTER_END_MS);
    const row = insert.get(id, nowMs, expiresAtMs, userAgent, userId);
    if (row === undefined) throw new Error('A session was begun for a user who does not exist.');
    insertToken.run(refreshHash, row.session, expiresAtMs);
  }

  rotateRefresh({ refreshHash, nextHash, nextExpiresAtMs }: RefreshRotation): RefreshOutcome {
    const { findToken, find, findUser, end, markRotated, forgetTokens, insertToken, extend } = this.#statements;
    const { nowMs } = this.#turn;
    const token = findToken.get(refreshHash);
    if (token === undefined || token.expiresAtMs <= nowMs) return { status: 'invalid' };
    if (token.isRotated === 1) {
      end.run(nowMs, token.session);
      return { status: 'reused', session: find.get(token.session) as SessionRecord };
    }
    const session = find.get(token.session) as SessionRecord;
    if (session.endedAtMs !== null) return { status: 'invalid' };
    forgetTokens.run(token.session, nowMs);
    markRotated.run(refreshHash);
    insertToken.run(nextHash, token.session, nextExpiresAtMs);
    extend.run(nextExpiresAtMs, token.session);
    const user = userOf(findUser.get(session.userId) as UserRow);
    return { status: 'rotated', session: { ...session, expiresAtMs: nextExpiresAtMs }, user };
  }

  endSession(sessionId: string): boolean {
    return this.#statements.endById.run(this.#turn.nowMs, sessionId).changes > 0;
  }

  endSessionsOf(userId: string): string[] {
    return this.#statements.endAll.all(this.#turn.nowMs, userId).map(({ id }) => id);
  }
}

function prepareStatements(database: DatabaseSync) {
  const ofUser = '(SELECT id FROM users WHERE user_id = ?)';
  return {
    forget: prepare(
      database,
      `DELETE FROM sessions WHERE user = ${ofUser} AND min(expires_at, ifnull(ended_at, expires_at)) < ?`,
    ),
    insert: prepare<{ session: number }>(
      database,
      `INSERT INTO sessions (session_id, user, created_at, expires_at, user_agent)
        SELECT ?, id, ?, ?, ? FROM users WHERE user_id = ? RETURNING id AS session`,
    ),
    insertToken: prepare(
      database,
      'INSERT INTO refresh_tokens (hash, session, expires_at, is_rotated) VALUES (?, ?, ?, 0)',
    ),
    findToken: prepare<TokenRow>(
      database,
      'SELECT session, expires_at AS expiresAtMs, is_rotated AS isRotated FROM refresh_tokens WHERE hash = ?',
    ),
    find: prepare<SessionRecord>(
      database,
      `SELECT ${SESSION_COLUMNS} FROM sessions s JOIN users u ON u.id = s.user WHERE s.id = ?`,
    ),
    findUser: prepare<UserRow>(database, `SELECT ${USER_COLUMNS} FROM users u WHERE u.user_id = ?`),
    end: prepare(database, 'UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL'),
    endById: prepare(database, 'UPDATE sessions SET ended_at = ? WHERE session_id = ? AND ended_at IS NULL'),
    endAll: prepare<{ id: string }>(
      database,
      `UPDATE sessions SET ended_at = ? WHERE user = ${ofUser} AND ended_at IS NULL RETURNING session_id AS id`,
    ),
    markRotated: prepare(database, 'UPDATE refresh_tokens SET is_rotated = 1 WHERE hash = ?'),
    forgetTokens: prepare(database, 'DELETE FROM refresh_tokens WHERE session = ? AND expires_at <= ?'),
    extend: prepare(database, 'UPDATE sessions SET expires_at = ? WHERE id = ?'),
  } satisfies Record<string, Statement<unknown>>;
}
