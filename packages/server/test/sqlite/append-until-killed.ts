import { openStorage } from '../../src/adapters/sqlite/open-storage.ts';
import { silentLog } from '../../src/kernel/log.ts';

/**
 * Sends numbered messages as fast as they are acknowledged and writes each acknowledgement as a line `<number> <seq>`,
 * until the process is killed. Arguments: directory, chat, sender, first number.
 */
const [directory, chatId, senderId, first] = process.argv.slice(2);
if (directory === undefined || chatId === undefined || senderId === undefined || first === undefined)
  throw new Error('append-until-killed needs a directory, a chat, a sender and a number.');
const storage = await openStorage({ directory, synchronous: 'full', log: silentLog });
const UNDER_WAY = 100;
let next = Number(first);

async function sendForever(chat: string, sender: string): Promise<never> {
  for (;;) {
    const number = next++;
    const send = { chatId: chat, senderId: sender, content: `message ${number}`, clientMsgId: `id-${number}` };
    const outcome = await storage.chatLog.append({ ...send, wantMembers: false });
    if (outcome.status !== 'ok') throw new Error(`Message ${number} was refused: ${outcome.code}.`);
    // to a pipe this writes at once
    process.stdout.write(`${number} ${outcome.seq}\n`);
  }
}

await Promise.all(Array.from({ length: UNDER_WAY }, () => sendForever(chatId, senderId)));
