import type { ChatProgress } from './cursor-reader.ts';
import type { AcknowledgedSend } from './load-sender.ts';
import type { LoggedMessage } from './read-log.ts';

/** What a sender was promised, by client_msg_id. */
export interface SenderSide {
  readonly acknowledged: ReadonlyMap<string, AcknowledgedSend>;
}

/** What a reader got, by chat. */
export interface ReaderSide {
  readonly chats: ReadonlyMap<string, Pick<ChatProgress, 'contents'>>;
  readonly duplicates: number;
  readonly untoldGaps: number;
}

/** What the two sides and the log disagree about; all zeros is the promise. */
export interface Disagreement {
  acknowledgedLost: number;
  acknowledgedElsewhere: number;
  storedTwice: number;
  storedUnacknowledged: number;
  holesInLog: number;
  readerMissed: number;
  readerGotSomethingElse: number;
  readerDuplicates: number;
  readerUntoldGaps: number;
}

/** Compares what senders were promised, what readers got and what the log holds, by chat. */
export function compareSides(
  logs: ReadonlyMap<string, readonly LoggedMessage[]>,
  senders: readonly SenderSide[],
  readers: readonly ReaderSide[],
): Disagreement {
  const result: Disagreement = {
    acknowledgedLost: 0,
    acknowledgedElsewhere: 0,
    storedTwice: 0,
    storedUnacknowledged: 0,
    holesInLog: 0,
    readerMissed: 0,
    readerGotSomethingElse: 0,
    readerDuplicates: readers.reduce((sum, { duplicates }) => sum + duplicates, 0),
    readerUntoldGaps: readers.reduce((sum, { untoldGaps }) => sum + untoldGaps, 0),
  };
  for (const [chatId, log] of logs) {
    compareSenders(result, chatId, log, senders);
    for (const reader of readers) compareReader(result, chatId, log, reader);
    // nothing but messages was written after the chat was made
    const [first] = log;
    if (first !== undefined) result.holesInLog += log.filter(({ seq }, index) => seq !== first.seq + index).length;
  }
  return result;
}

function compareSenders(
  result: Disagreement,
  chatId: string,
  log: readonly LoggedMessage[],
  senders: readonly SenderSide[],
): void {
  const seqByContent = new Map(log.map(({ seq, content }) => [content, seq]));
  result.storedTwice += log.length - seqByContent.size;
  const promised = new Set<string>();
  for (const { acknowledged } of senders) {
    for (const sent of acknowledged.values()) {
      if (sent.chatId !== chatId) continue;
      promised.add(sent.content);
      const seq = seqByContent.get(sent.content);
      if (seq === undefined) result.acknowledgedLost++;
      else if (seq !== sent.seq) result.acknowledgedElsewhere++;
    }
  }
  // every send was settled in the end, so nothing may be there that its sender does not know of
  result.storedUnacknowledged += log.filter(({ content }) => !promised.has(content)).length;
}

function compareReader(
  result: Disagreement,
  chatId: string,
  log: readonly LoggedMessage[],
  { chats }: ReaderSide,
): void {
  const contents = chats.get(chatId)?.contents ?? new Map<number, string>();
  for (const { seq, content } of log) {
    if (!contents.has(seq)) result.readerMissed++;
    else if (contents.get(seq) !== content) result.readerGotSomethingElse++;
  }
  result.readerGotSomethingElse += Math.max(0, contents.size - log.length);
}
