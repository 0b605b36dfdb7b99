import type { ChatLog } from '../../ports/chat-log.ts';
import type { ReplayPage, ReplaySource } from '../../ports/replay.ts';
import { logEventPush } from './log-event-push.ts';

/** A page never fills an outbox: it ends after so many bytes of content. */
const PAGE_MAX_BYTES = 128 * 1024;

/** Replays chats from the log. */
export class LogReplay implements ReplaySource {
  readonly #chatLog: ChatLog;

  constructor(chatLog: ChatLog) {
    this.#chatLog = chatLog;
  }

  async read(userId: string, chatId: string, afterSeq: number, limit: number): Promise<ReplayPage> {
    const page = await this.#chatLog.eventsAfter({ chatId, userId, afterSeq, limit, maxBytes: PAGE_MAX_BYTES });
    const events = page.events.map((event) => ({ seq: event.seq, push: logEventPush(chatId, event) }));
    const toSeq = events[events.length - 1]?.seq ?? Math.max(afterSeq, page.floorSeq);
    return { events, toSeq, ...(page.floorSeq > afterSeq && { lostToSeq: page.floorSeq }) };
  }
}
