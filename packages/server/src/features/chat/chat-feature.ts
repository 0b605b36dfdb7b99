import type { Bus } from '../../ports/bus.ts';
import type { CommandHandlers } from '../../ports/caller.ts';
import type { ChatLog } from '../../ports/chat-log.ts';
import type { ReplaySource } from '../../ports/replay.ts';
import type { ChatLimits } from './chat-limits.ts';
import { FanOut } from './fan-out.ts';
import { createGroupHandlers } from './groups.ts';
import { LogReplay } from './log-replay.ts';
import { MemberCache } from './member-cache.ts';
import { createReadingHandlers } from './reading.ts';
import { Receipts } from './receipts.ts';
import { createSend } from './send.ts';
import { createSync } from './sync.ts';

/** Members remembered for fan-out over all chats; about 100 bytes each. */
const CACHED_MEMBERS_MAX = 500_000;

type ChatCommand =
  | 'message'
  | 'sync'
  | 'get_user_chats'
  | 'get_messages'
  | 'mark_read'
  | 'create_group'
  | 'create_chat'
  | 'add_group_member'
  | 'remove_group_member'
  | 'leave_group'
  | 'set_member_role'
  | 'update_group';

/** Direct chats and groups over the log. */
export interface ChatFeature {
  readonly handlers: Pick<Required<CommandHandlers>, ChatCommand>;
  readonly replaySource: ReplaySource;
  /** Tells what waits to be told; before the connections close. */
  flush(): void;
}

/** Builds the chat feature. */
export function createChatFeature(deps: {
  readonly chatLog: ChatLog;
  readonly bus: Bus;
  readonly limits: ChatLimits;
}): ChatFeature {
  const { chatLog, limits } = deps;
  const members = new MemberCache(CACHED_MEMBERS_MAX);
  const fanOut = new FanOut(deps.bus, members);
  const receipts = new Receipts(chatLog, fanOut);
  return {
    handlers: {
      message: createSend({ chatLog, members, fanOut, limits }),
      sync: createSync(chatLog),
      ...createGroupHandlers({ chatLog, fanOut, limits }),
      ...createReadingHandlers({ chatLog, receipts, limits }),
    },
    replaySource: new LogReplay(chatLog),
    flush: () => receipts.flush(),
  };
}
