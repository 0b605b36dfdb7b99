/** Columns that make a SessionRecord. */
export const SESSION_COLUMNS = `s.session_id AS id, u.user_id AS userId, s.created_at AS createdAtMs,
  s.expires_at AS expiresAtMs, s.ended_at AS endedAtMs, s.user_agent AS userAgent`;
