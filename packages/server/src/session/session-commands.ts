import { MIN_PROTOCOL_VERSION, PROTOCOL_VERSION } from '@parley/protocol';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { isoTime } from '../kernel/iso-time.ts';
import type { CommandHandlers } from '../ports/caller.ts';
import type { ChatLog } from '../ports/chat-log.ts';

/** What `welcome` tells. */
export interface SessionCommandDependencies {
  readonly chatLog: ChatLog;
  readonly clock: Clock;
  /** Limits as clients read them, by name. */
  readonly limits: Readonly<Record<string, number>>;
  readonly heartbeatMs: number;
}

/** The commands about the connection itself. */
export function createSessionCommands(
  deps: SessionCommandDependencies,
): Pick<Required<CommandHandlers>, 'hello' | 'ping'> {
  const { chatLog, clock, limits, heartbeatMs } = deps;
  const serverTime = () => isoTime(clock.now());
  return {
    hello: (caller, { protocol = PROTOCOL_VERSION }) => {
      if (protocol < MIN_PROTOCOL_VERSION || protocol > PROTOCOL_VERSION) {
        throw new AppError('unsupported_version', {
          message: `This server speaks protocol version ${PROTOCOL_VERSION}, not ${protocol}.`,
        });
      }
      caller.acceptHello();
      return {
        protocol: PROTOCOL_VERSION,
        connection_id: caller.connectionId,
        server_time: serverTime(),
        limits,
        durability: chatLog.durability,
        heartbeat_ms: heartbeatMs,
        log_epoch: chatLog.epoch,
      };
    },
    ping: (caller, { heads }) => {
      if (heads !== true) return { server_time: serverTime() };
      if (caller.identity === undefined) throw new AppError('not_authenticated');
      return chatLog.heads(caller.identity.userId).then((listed) => ({
        server_time: serverTime(),
        heads: Object.fromEntries(listed.map(({ chatId, headSeq }) => [chatId, headSeq])),
      }));
    },
  };
}
