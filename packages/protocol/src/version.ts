/** The wire version that `hello` and `welcome` carry. Raised with each incompatible change; `version.test.ts` pins the schema hash to it. */
export const PROTOCOL_VERSION = 1;

/** The oldest version this server still speaks. */
export const MIN_PROTOCOL_VERSION = 1;

/** One line per version, newest last. */
export const PROTOCOL_HISTORY: Readonly<Record<number, string>> = {
  1: 'Sessions, direct chats and groups over a gapless per-chat log, receipts, sync, public topics.',
};

/** Subprotocol of plain WebSocket connections: JSON text frames. */
export const SUBPROTOCOL_JSON = 'parley.v1.json';

/** Prefix of the subprotocol item by which a browser presents its token; the server never echoes it. */
export const SUBPROTOCOL_BEARER_PREFIX = 'bearer.';
