import { decodeBase64url } from './base64url.ts';
import { type JsonObject, parseJsonObject } from './json-object.ts';
import { refuseToken, type TokenFailure } from './token-failure.ts';

/**
 * Longest token that is looked at, in characters: what fits a request header beside the others.
 * Checked before any other work, so that a stranger cannot make the server hash or decode much.
 */
export const MAX_TOKEN_CHARS = 8192;

/** A token taken apart (RFC 7515 section 7.1). Nothing in it may be believed before the signature is checked. */
export interface CompactJws {
  readonly ok: true;
  /** The members that matter. `jwk`, `jku`, `x5c`, `x5u` and all others are never read: keys come from configuration. */
  readonly header: { readonly alg: string; readonly kid?: string; readonly typ?: string };
  readonly payload: JsonObject;
  /** The ASCII text that was signed: both encoded parts with the dot between them. */
  readonly signingInput: string;
  readonly signature: Buffer;
}

/** Takes a compact JWS apart strictly; every departure from the format is `token_malformed`. */
export function parseCompactJws(token: string): CompactJws | TokenFailure {
  const firstDot = token.indexOf('.');
  const lastDot = token.indexOf('.', firstDot + 1);
  if (firstDot < 0 || lastDot < 0 || token.indexOf('.', lastDot + 1) >= 0) {
    return malformed('A signed token has three parts with a dot between them.');
  }
  const header = decodeJsonPart(token.slice(0, firstDot));
  if (header === undefined) return malformed(notJson('header'));
  const payload = decodeJsonPart(token.slice(firstDot + 1, lastDot));
  if (payload === undefined) return malformed(notJson('payload'));
  const signature = decodeBase64url(token.slice(lastDot + 1));
  if (signature === undefined) return malformed('The signature is not canonical base64url.');
  const checked = readHeader(header);
  if ('ok' in checked) return checked;
  return { ok: true, header: checked, payload, signingInput: token.slice(0, lastDot), signature };
}

/** Decodes one part of a token that should hold a JSON object; `undefined` when it does not. */
export function decodeJsonPart(part: string): JsonObject | undefined {
  const bytes = decodeBase64url(part);
  return bytes && parseJsonObject(bytes);
}

function readHeader(header: JsonObject): CompactJws['header'] | TokenFailure {
  const { alg, kid, typ } = header;
  // RFC 7515 section 4.1.11: an extension that is not understood must be refused, and none is understood here.
  if ('crit' in header) return malformed('The header demands extensions ("crit"), and none are supported.');
  // RFC 7797: only meaningful together with crit; alone it is a trap for readers that honour it.
  if ('b64' in header) return malformed('The header asks for an unencoded payload ("b64"), which is not supported.');
  if (typeof alg !== 'string') return malformed('The header has no "alg" text.');
  if (kid !== undefined && typeof kid !== 'string') return malformed('The header\'s "kid" is not text.');
  if (typ !== undefined && typeof typ !== 'string') return malformed('The header\'s "typ" is not text.');
  return { alg, ...(kid !== undefined && { kid }), ...(typ !== undefined && { typ }) };
}

function notJson(part: string): string {
  return `The ${part} is not canonical base64url of one JSON object with unique names in UTF-8.`;
}

function malformed(detail: string): TokenFailure {
  return refuseToken('token_malformed', detail);
}
