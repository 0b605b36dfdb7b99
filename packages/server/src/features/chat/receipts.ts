import { AppError } from '../../kernel/app-error.ts';
import type { ChatLog, ReadCursor } from '../../ports/chat-log.ts';
import { createPush } from '../../ports/create-push.ts';
import type { FanOut } from './fan-out.ts';

/** How long receipts of one reader in one chat are collected before the last is told. */
const COALESCE_MS = 200;

/** A receipt that waits to be told. */
interface PendingReceipt {
  readonly cursor: ReadCursor;
  readonly chatId: string;
  readonly userId: string;
  readonly origin: string;
}

/**
 * Moves read cursors and tells the chat about it. The cursor is committed before `move` resolves; only the pushes
 * coalesce, the latest per reader and chat winning.
 */
export class Receipts {
  readonly #chatLog: ChatLog;
  readonly #fanOut: FanOut;
  readonly #pending = new Map<string, PendingReceipt>();
  #timer: NodeJS.Timeout | undefined;

  constructor(chatLog: ChatLog, fanOut: FanOut) {
    this.#chatLog = chatLog;
    this.#fanOut = fanOut;
  }

  /** Moves a cursor forward; beyond the head means to the head. @throws AppError `chat_not_found` */
  async move(
    move: { readonly chatId: string; readonly userId: string; readonly readSeq: number },
    origin: string,
  ): Promise<ReadCursor> {
    const cursor = await this.#chatLog.moveCursor(move);
    if (cursor.status === 'rejected') throw new AppError(cursor.code);
    if (cursor.isMoved) this.#tellLater({ cursor, chatId: move.chatId, userId: move.userId, origin });
    return cursor;
  }

  /** Tells what waits, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { cursor, chatId, userId, origin } of pending) {
      const push = createPush('receipt', {
        chat_id: chatId,
        user_id: userId,
        read_seq: cursor.readSeq,
        delivered_seq: cursor.deliveredSeq,
        at: new Date(cursor.atMs).toISOString(),
      });
      this.#fanOut.publishToUsers(chatId, cursor.memberIds, push, origin);
    }
  }

  #tellLater(receipt: PendingReceipt): void {
    this.#pending.set(`${receipt.chatId} ${receipt.userId}`, receipt);
    this.#timer ??= setTimeout(() => this.flush(), COALESCE_MS).unref();
  }
}
