import type { Outgoing } from './outgoing.ts';

/** A stretch of a chat's log, as one reader may see it. */
export interface ReplayPage {
  /** In `seq` order, one for each seq after the cursor up to `toSeq`; hidden ones as `event:hidden`. */
  readonly events: readonly { readonly seq: number; readonly push: Outgoing }[];
  /** The seq that this page reaches; equal to the cursor when there is nothing more. */
  readonly toSeq: number;
  /** Set when retention removed the beginning: seqs from the cursor + 1 to this one are gone. */
  readonly lostToSeq?: number;
}

/** Reads a chat's log for one reader who has to catch up. */
export interface ReplaySource {
  /**
   * Events after `afterSeq`, at most `limit`. A reader who may no longer see the chat gets an empty page.
   * @throws AppError `storage_unavailable`
   */
  read(userId: string, chatId: string, afterSeq: number, limit: number): Promise<ReplayPage>;
}
