import {
  createHmacKey,
  createVerifier,
  generateSigningKey,
  type HmacKey,
  importSigningKey,
  type MintClaims,
  mintToken,
  type SigningKey,
} from '@parley/tokens';
import { MemoryBus } from '../../../adapters/memory/bus.ts';
import type { BusEvent } from '../../../ports/bus.ts';
import { type Auth, type AuthOptions, createAuth } from '../create-auth.ts';
import { anonymousFrom, type Requester } from '../requester.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryAccounts } from './memory-accounts.ts';
import { MemoryAudit } from './memory-audit.ts';
import { RecordingLog } from './recording-log.ts';

/** A documentation address (RFC 5737). */
export const ADDRESS = '203.0.113.7';
/** A password that is long enough. */
export const PASSWORD = 'correct horse battery';
/** Whoever asks, where that does not matter. */
export const SOMEBODY: Requester = anonymousFrom(ADDRESS);

/** The feature on fakes, with argon2id at its cheapest. */
export interface TestAuth extends Auth {
  readonly accounts: MemoryAccounts;
  readonly audit: MemoryAudit;
  readonly bus: MemoryBus;
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  readonly signingKey: SigningKey;
  /** What the bus carried. */
  readonly published: BusEvent[];
  /** A token of the other issuer, `shop`, good for an hour. */
  foreignToken(claims: MintClaims): string;
}

/** Builds the feature for a test. */
export function createTestAuth(options: Partial<AuthOptions> = {}): TestAuth {
  const clock = new ManualClock();
  const signingKey = importSigningKey(generateSigningKey());
  const shopKey: HmacKey = createHmacKey(Buffer.from('0123456789abcdef0123456789abcdef'));
  const verifier = createVerifier({
    own: { keys: [signingKey.verificationKey] },
    foreign: [{ name: 'shop', keys: [shopKey] }],
    now: clock.now,
  });
  const bus = new MemoryBus();
  const published: BusEvent[] = [];
  bus.subscribe((event) => published.push(event));
  const accounts = new MemoryAccounts(clock.now);
  const audit = new MemoryAudit();
  const log = new RecordingLog();
  const auth = createAuth(
    { accounts, audit, bus, clock, log },
    {
      verifier,
      signingKey,
      leewaySeconds: 30,
      passwordHashing: { cost: { memoryCost: 8, timeCost: 1, parallelism: 1 } },
      ...options,
    },
  );
  const foreignToken = (claims: MintClaims) => mintToken(claims, { key: shopKey, ttlSeconds: 3600, now: clock.now });
  return { ...auth, accounts, audit, bus, clock, log, signingKey, published, foreignToken };
}
