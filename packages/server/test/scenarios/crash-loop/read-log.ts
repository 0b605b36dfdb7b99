import type { TestClient } from '../../support/test-client.ts';

/** One stored message, as the log is read back. */
export interface LoggedMessage {
  readonly seq: number;
  readonly content: string;
}

const PAGE = 200;

/** All messages of a chat, read back in pages. */
export async function readLog(client: TestClient, chatId: string): Promise<readonly LoggedMessage[]> {
  const messages: LoggedMessage[] = [];
  let afterSeq = 0;
  for (;;) {
    const page = await client.ask('get_messages', { chat_id: chatId, after_seq: afterSeq, limit: PAGE });
    messages.push(...page.messages.map(({ seq, content }) => ({ seq, content })));
    if (page.complete) return messages;
    if (page.next === undefined || page.next <= afterSeq) throw new Error(`The page after ${afterSeq} leads nowhere.`);
    afterSeq = page.next;
  }
}
