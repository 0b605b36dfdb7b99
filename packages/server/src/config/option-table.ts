import type { CamelCase, OptionGroup, OptionRow, ValueOf } from './option-row.ts';
import { optionKey } from './option-row.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/**
 * Every option there is. Environment names, flags, keys of the configuration file, types, help, `.env.example`,
 * `docs/configuration.md` and redaction all derive from these rows.
 */
export const OPTION_TABLE = [
  {
    heading: 'Network',
    options: [
      {
        name: 'HOST',
        type: 'string',
        default: '127.0.0.1',
        doc: 'Address to listen on. `0.0.0.0` or `::` listens on every address of the machine, as a container needs.',
      },
      {
        name: 'PORT',
        type: 'integer',
        min: 0,
        max: 65_535,
        default: 3001,
        doc: 'The one port for HTTP, WebSocket, Socket.IO and TCP clients. 0 takes a free one.',
      },
      {
        name: 'DOMAIN_URL',
        type: 'list',
        items: 'origin',
        default: [],
        doc: 'Origins of the pages that may connect, exactly as browsers send them: `https://app.example.com`. Their host names are answered to as well. While it is empty and the server listens on loopback, pages of http://localhost and http://127.0.0.1 may connect from any port.',
      },
      {
        name: 'ALLOWED_HOSTS',
        type: 'list',
        items: 'host',
        default: [],
        doc: 'Host names and addresses that this server answers to besides loopback, the address it listens on and the hosts of DOMAIN_URL. Without ports: the port of a Host header is not compared.',
      },
      {
        name: 'TRUSTED_PROXIES',
        type: 'list',
        items: 'address-range',
        default: [],
        doc: 'Addresses or ranges (`10.0.0.0/8`) of the proxies in front. Only from these are X-Forwarded-* headers and the PROXY protocol believed.',
      },
      {
        name: 'TLS_CERT',
        type: 'path',
        doc: 'PEM file with the certificate chain. Together with TLS_KEY it turns TLS on.',
      },
      { name: 'TLS_KEY', type: 'path', doc: 'PEM file with the private key of TLS_CERT.' },
      {
        name: 'TLS_PLAIN',
        type: 'enum',
        values: ['refuse', 'allow'],
        default: 'refuse',
        doc: 'With a certificate: whether clients other than loopback and trusted proxies may still speak plain text.',
      },
    ],
  },
  {
    heading: 'Storage',
    options: [
      {
        name: 'DATA_DIR',
        type: 'path',
        default: './parley-data',
        doc: 'Directory of the database, the signing key and the control socket. Made when missing, readable by its owner only.',
      },
      {
        name: 'STORAGE',
        type: 'enum',
        values: ['auto', 'embedded'],
        default: 'auto',
        doc: 'Where durable data live. `auto` follows DATABASE_URL and REDIS_URL; `embedded` uses the SQLite file in DATA_DIR even when they are set for somebody else.',
      },
      {
        name: 'STORAGE_SYNCHRONOUS',
        type: 'enum',
        values: ['full', 'normal', 'off'],
        default: 'full',
        doc: 'When a commit counts as durable: `full` after fsync (survives a power cut), `normal` when the process may crash but not the machine, `off` for tests.',
      },
      { name: 'DATABASE_URL', type: 'string', secret: true, doc: 'PostgreSQL. Not supported by this version.' },
      { name: 'REDIS_URL', type: 'string', secret: true, doc: 'Redis or Valkey. Not supported by this version.' },
      { name: 'REDIS_PASSWORD', type: 'string', secret: true, doc: 'Password for REDIS_URL, when the URL has none.' },
      {
        name: 'STORAGE_QUEUE_MAX',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 4096,
        unit: 'writes',
        doc: 'Writes that may wait for the storage. Beyond it senders get `overloaded`.',
      },
      {
        name: 'STORAGE_BATCH_MAX',
        type: 'integer',
        min: 1,
        max: 100_000,
        default: 256,
        unit: 'writes',
        doc: 'Writes that share one commit at most.',
      },
      {
        name: 'STORAGE_BATCH_BYTES',
        type: 'integer',
        min: KIB,
        max: 64 * MIB,
        default: MIB,
        unit: 'bytes',
        doc: 'Content that shares one commit at most.',
      },
    ],
  },
  {
    heading: 'Log',
    options: [
      {
        name: 'LOG_LEVEL',
        type: 'enum',
        values: ['debug', 'info', 'warn', 'error'],
        default: 'info',
        doc: 'The least important lines that are still written.',
      },
      {
        name: 'LOG_FORMAT',
        type: 'enum',
        values: ['auto', 'json', 'pretty'],
        default: 'auto',
        doc: '`auto` is `pretty` on a terminal and `json` elsewhere.',
      },
      {
        name: 'NODE_ENV',
        type: 'string',
        default: 'development',
        doc: 'With `production`, a weak secret stops the start instead of being warned about.',
      },
    ],
  },
  {
    heading: 'Tokens of other services',
    options: [
      {
        name: 'JWT_SECRET',
        type: 'secret',
        secret: true,
        doc: 'Shared secret of another service whose HS256 tokens are accepted. Taken as the text it is, unless it begins with `base64:`, `base64url:` or `hex:` (or `utf8:`). 32 bytes or more. Tokens that Parley makes itself are signed with a key in DATA_DIR and do not need it.',
      },
      {
        name: 'JWT_ISSUER',
        type: 'list',
        items: 'text',
        default: [],
        doc: 'Accepted `iss` of tokens under JWT_SECRET. Empty: any, or none.',
      },
      {
        name: 'JWT_AUDIENCE',
        type: 'list',
        items: 'text',
        default: [],
        doc: 'Accepted `aud` of tokens under JWT_SECRET. Empty: any, or none.',
      },
      {
        name: 'JWT_PREFIX',
        type: 'string',
        doc: 'Put before the user ids of tokens under JWT_SECRET. Needed once NEXTAUTH_SECRET defines a second issuer.',
      },
      {
        name: 'JWT_TRUST',
        type: 'list',
        items: 'text',
        values: ['roles', 'caps'],
        default: [],
        doc: 'What tokens under JWT_SECRET may decide besides who the user is: `roles`, `caps`.',
      },
      {
        name: 'NEXTAUTH_SECRET',
        type: 'secret',
        secret: true,
        doc: 'Secret of a NextAuth / Auth.js application, as that application has it. HS256 tokens that the application mints with it are accepted once NEXTAUTH_ISSUER and NEXTAUTH_AUDIENCE are set.',
      },
      {
        name: 'NEXTAUTH_ISSUER',
        type: 'list',
        items: 'text',
        default: [],
        doc: 'Accepted `iss` of tokens under NEXTAUTH_SECRET.',
      },
      {
        name: 'NEXTAUTH_AUDIENCE',
        type: 'list',
        items: 'text',
        default: [],
        doc: 'Accepted `aud` of tokens under NEXTAUTH_SECRET.',
      },
      {
        name: 'NEXTAUTH_PREFIX',
        type: 'string',
        doc: 'Put before the user ids of tokens under NEXTAUTH_SECRET. Needed once JWT_SECRET defines a second issuer.',
      },
      {
        name: 'NEXTAUTH_TRUST',
        type: 'list',
        items: 'text',
        values: ['roles', 'caps'],
        default: [],
        doc: 'What tokens under NEXTAUTH_SECRET may decide besides who the user is: `roles`, `caps`.',
      },
      {
        name: 'TOKEN_LEEWAY_S',
        type: 'integer',
        min: 0,
        max: 300,
        default: 30,
        unit: 's',
        doc: 'How far the clock of an issuer may be off.',
      },
      {
        name: 'TOKEN_CACHE_ENTRIES',
        type: 'integer',
        min: 0,
        max: 10_000_000,
        default: 20_000,
        unit: 'tokens',
        doc: 'Verified tokens that are remembered until they expire, so that a reconnect costs no signature check.',
      },
    ],
  },
  {
    heading: 'Sign-in and sessions',
    options: [
      {
        name: 'ADMIN_USERNAME',
        type: 'string',
        default: 'admin',
        doc: 'Name of the first administrator, made on the first start.',
      },
      {
        name: 'SIGNUP',
        type: 'enum',
        values: ['closed', 'open'],
        default: 'closed',
        doc: 'Whether strangers may make an account.',
      },
      {
        name: 'SESSION_POLICY',
        type: 'string',
        default: 'multi(10)',
        doc: 'Connections of one user: `single` (a new one replaces the old) or `multi(n)` (the n+1st is refused).',
      },
      {
        name: 'ACCESS_TOKEN_TTL_S',
        type: 'integer',
        min: 1,
        max: DAY_S,
        default: 900,
        unit: 's',
        doc: 'Life of an access token that Parley makes.',
      },
      {
        name: 'REFRESH_TOKEN_TTL_S',
        type: 'integer',
        min: 1,
        max: 365 * DAY_S,
        default: 30 * DAY_S,
        unit: 's',
        doc: 'Life of a refresh token; each refresh makes a new one.',
      },
      {
        name: 'LOGIN_ATTEMPTS',
        type: 'integer',
        min: 1,
        max: 1000,
        default: 5,
        unit: 'failures',
        doc: 'Failed sign-ins per account and address before each further one has to wait.',
      },
      {
        name: 'AUTH_COOKIE',
        type: 'boolean',
        default: false,
        doc: 'Whether a cookie may carry the token. Even then only with an Origin that DOMAIN_URL lists.',
      },
      { name: 'AUTH_COOKIE_NAME', type: 'string', default: 'parley_token', doc: 'The cookie that AUTH_COOKIE reads.' },
    ],
  },
  {
    heading: 'Timing',
    options: [
      {
        name: 'SNIFF_TIMEOUT_MS',
        type: 'integer',
        min: 10,
        max: 600_000,
        default: 10_000,
        unit: 'ms',
        doc: 'How long a new connection may take to show by its first bytes what it speaks.',
      },
      {
        name: 'HANDSHAKE_TIMEOUT_MS',
        type: 'integer',
        min: 10,
        max: 600_000,
        default: 10_000,
        unit: 'ms',
        doc: 'How long TLS and the request head may take.',
      },
      {
        name: 'AUTH_TIMEOUT_MS',
        type: 'integer',
        min: 10,
        max: 600_000,
        default: 30_000,
        unit: 'ms',
        doc: 'How long a connection may stay without a signed-in user.',
      },
      {
        name: 'HEARTBEAT_MS',
        type: 'integer',
        min: 10,
        max: 3_600_000,
        default: 25_000,
        unit: 'ms',
        doc: 'Time between pings; two unanswered ones end the connection. Keep it at half the idle timeout of any proxy in front.',
      },
      {
        name: 'CLOSE_TIMEOUT_MS',
        type: 'integer',
        min: 10,
        max: 60_000,
        default: 5000,
        unit: 'ms',
        doc: 'How long the other side may take to answer a close frame.',
      },
      {
        name: 'DRAIN_MS',
        type: 'integer',
        min: 0,
        max: 600_000,
        default: 5000,
        unit: 'ms',
        doc: 'How long a stopping server lets its clients move away. Keep it below the stop timeout of the process manager.',
      },
      {
        name: 'EXPIRY_NOTICE_S',
        type: 'integer',
        min: 0,
        max: HOUR_S,
        default: 60,
        unit: 's',
        doc: 'How long before its token expires a client gets `auth:expiring`.',
      },
    ],
  },
  {
    heading: 'Limits',
    options: [
      {
        name: 'RATE_LIMITS',
        type: 'boolean',
        default: true,
        doc: 'Switches all rate limits. Off only for tests and load runs.',
      },
      {
        name: 'PAYLOAD_MAX_BYTES',
        type: 'integer',
        min: KIB,
        max: 16 * MIB,
        default: 64 * KIB,
        unit: 'bytes',
        doc: 'Largest message from a client, after reassembly.',
      },
      {
        name: 'CONTENT_MAX_BYTES',
        type: 'integer',
        min: 1,
        max: 16 * MIB,
        default: 32 * KIB,
        unit: 'bytes',
        doc: 'Longest `content` of a chat message, in UTF-8.',
      },
      {
        name: 'OUTBOX_SOFT_BYTES',
        type: 'integer',
        // a catch-up goes on at a quarter of it; sockets tell that they drained only from 64 KiB on
        min: 256 * KIB,
        max: 1024 * MIB,
        default: MIB,
        unit: 'bytes',
        doc: 'Bytes waiting for one slow client from which durable pushes are left to be read from the log later. Ephemeral ones are dropped from half of it.',
      },
      {
        name: 'OUTBOX_HARD_BYTES',
        type: 'integer',
        min: KIB,
        max: 1024 * MIB,
        default: 4 * MIB,
        unit: 'bytes',
        doc: 'Bytes waiting for one slow client at which it is closed with 4008; it catches up after reconnecting.',
      },
      {
        name: 'OUTBOX_TOTAL_BYTES',
        type: 'integer',
        min: KIB,
        max: 1024 * 1024 * MIB,
        default: 256 * MIB,
        unit: 'bytes',
        doc: 'Bytes waiting for all clients together. Beyond it the slowest are closed first.',
      },
      {
        name: 'MESSAGE_RATE',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 20,
        unit: 'per second',
        doc: 'Messages, publishes and prompts per user.',
      },
      {
        name: 'MESSAGE_BURST',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 60,
        unit: 'messages',
        doc: 'How many of them may come at once.',
      },
      {
        name: 'FRAME_RATE',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 50,
        unit: 'per second',
        doc: 'Frames of any type per connection.',
      },
      {
        name: 'FRAME_BURST',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 200,
        unit: 'frames',
        doc: 'How many of them may come at once.',
      },
      {
        name: 'FRAME_RATE_GRACE_MS',
        type: 'integer',
        min: 0,
        max: 600_000,
        default: 10_000,
        unit: 'ms',
        doc: 'How long a connection may stay beyond FRAME_RATE before it is closed with 4009.',
      },
      {
        name: 'CONTROL_FRAME_RATE',
        type: 'integer',
        min: 1,
        max: 100_000,
        default: 50,
        unit: 'per second',
        doc: 'WebSocket pings and pongs per connection; beyond it the connection is closed with 1008.',
      },
      {
        name: 'GROUP_MAX_MEMBERS',
        type: 'integer',
        min: 2,
        max: 100_000,
        default: 1000,
        unit: 'members',
        doc: 'Members of one group.',
      },
      {
        name: 'SUBSCRIPTIONS_MAX',
        type: 'integer',
        min: 1,
        max: 100_000,
        default: 500,
        unit: 'topics',
        doc: 'Topics that one connection may be subscribed to.',
      },
      {
        name: 'PAGE_DEFAULT',
        type: 'integer',
        min: 1,
        max: 1000,
        default: 50,
        unit: 'items',
        doc: 'Items of a page when the client names no `limit`.',
      },
      {
        name: 'PAGE_MAX',
        type: 'integer',
        min: 1,
        max: 1000,
        default: 200,
        unit: 'items',
        doc: 'Largest `limit` of a page.',
      },
      {
        name: 'REPLAY_MAX_EVENTS',
        type: 'integer',
        min: 1,
        max: 100_000,
        default: 1000,
        unit: 'events',
        doc: 'Events per chat that one `sync` replays. What is older is announced as a `gap` and read with get_messages.',
      },
      {
        name: 'UNAUTHENTICATED_PER_ADDRESS',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 200,
        unit: 'connections',
        doc: 'Connections without a signed-in user per address. Not counted for loopback.',
      },
      {
        name: 'UNAUTHENTICATED_TOTAL',
        type: 'integer',
        min: 1,
        max: 1_000_000,
        default: 5000,
        unit: 'connections',
        doc: 'Connections without a signed-in user in all.',
      },
      {
        name: 'TOKEN_REFUSAL_RATE',
        type: 'integer',
        min: 1,
        max: 100_000,
        default: 10,
        unit: 'per second',
        doc: 'Refused tokens per address that are still explained by a close code. Beyond it the answer is plain HTTP 429.',
      },
    ],
  },
] as const satisfies readonly OptionGroup[];

type Row = (typeof OPTION_TABLE)[number]['options'][number];
type LiveRow = Exclude<Row, { readonly removed: string }>;

/** The environment name of an option. */
export type OptionName = LiveRow['name'];

/** The key of an option. */
export type OptionKey = CamelCase<OptionName>;

/** The value of each option by key, each by itself valid; cross-field rules come after (`normalize.ts`). */
export type OptionValues = { readonly [R in LiveRow as CamelCase<R['name']>]: ValueOf<R> };

/** Every row, removed ones included, in table order. */
export const OPTION_ROWS: readonly OptionRow[] = OPTION_TABLE.flatMap((group): readonly OptionRow[] => group.options);

const rowsByKey: ReadonlyMap<string, OptionRow> = new Map(OPTION_ROWS.map((row) => [optionKey(row.name), row]));

/** The row of a key; `undefined` when there is no such option. */
export function findOption(key: string): OptionRow | undefined {
  return rowsByKey.get(key);
}

/** Whether a key names an option that can be set. */
export function isOptionKey(key: string): key is OptionKey {
  const row = findOption(key);
  return row !== undefined && row.removed === undefined;
}
