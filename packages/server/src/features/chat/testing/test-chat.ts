import { MemoryBus } from '../../../adapters/memory/bus.ts';
import type { BusEvent } from '../../../ports/bus.ts';
import type { Caller, CatchUpTarget, Identity } from '../../../ports/caller.ts';
import { type ChatFeature, createChatFeature } from '../chat-feature.ts';
import type { ChatLimits } from '../chat-limits.ts';
import { MemoryChatLog } from './memory-chat-log.ts';

const LIMITS: ChatLimits = { contentMaxBytes: 100, groupMaxMembers: 5, pageDefault: 3, pageMax: 6 };

/** A connection for tests of handlers: the part of Caller that this feature uses. */
export interface FakeCaller extends Caller {
  /** What was registered, and how it was started: heads, or undefined when it came to nothing. */
  readonly catchUps: {
    readonly targets: readonly CatchUpTarget[];
    started?: ReadonlyMap<string, number> | undefined;
  }[];
}

/** The feature on fakes. */
export interface TestChat {
  readonly log: MemoryChatLog;
  readonly feature: ChatFeature;
  readonly handlers: ChatFeature['handlers'];
  /** What the bus carried. */
  readonly published: BusEvent[];
  /** What the bus carried of a chat, in short: type, seq, members, origin. */
  chatEvents(): readonly (readonly [
    type: string,
    seq: number,
    memberIds: readonly string[],
    origin: string | undefined,
  ])[];
  /** A connection of a user. */
  caller(userId: string, connectionId?: string): FakeCaller;
  /** A group of these users, the first being its owner; without a trace in `published`. */
  group(...memberIds: readonly string[]): Promise<string>;
}

/** Builds the feature for a test; everybody in `userIds` exists. */
export function createTestChat(userIds: readonly string[], limits: Partial<ChatLimits> = {}): TestChat {
  const bus = new MemoryBus();
  const published: BusEvent[] = [];
  bus.subscribe((event) => published.push(event));
  const log = new MemoryChatLog(userIds);
  const feature = createChatFeature({ chatLog: log, bus, limits: { ...LIMITS, ...limits } });
  return {
    log,
    feature,
    handlers: feature.handlers,
    published,
    chatEvents: () =>
      published.flatMap((event) =>
        event.kind === 'chat' ? [[event.event.message.type, event.seq, event.memberIds, event.origin] as const] : [],
      ),
    caller: (userId, connectionId = `con_${userId}`) => createFakeCaller(userId, connectionId),
    group: async (creatorId = '', ...memberIds) => {
      const made = await log.createGroup({
        creatorId,
        name: 'A group',
        memberIds,
        clientOpId: undefined,
        maxMembers: 1000,
      });
      if (made.status === 'rejected') throw new Error(`The group was refused: ${made.code}.`);
      return made.chatId;
    },
  };
}

function createFakeCaller(userId: string, connectionId: string): FakeCaller {
  const identity: Identity = {
    userId,
    sessionId: undefined,
    tokenId: undefined,
    issuer: 'parley',
    roles: [],
    caps: undefined,
    issuedAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  };
  const catchUps: FakeCaller['catchUps'] = [];
  const caller: Pick<FakeCaller, 'connectionId' | 'identity' | 'catchUps' | 'registerCatchUp'> = {
    connectionId,
    identity,
    catchUps,
    registerCatchUp: (targets) => {
      const catchUp: FakeCaller['catchUps'][number] = { targets };
      catchUps.push(catchUp);
      return (heads) => {
        if ('started' in catchUp) throw new Error('A catch-up was started twice.');
        catchUp.started = heads;
      };
    },
  };
  return caller as FakeCaller;
}
