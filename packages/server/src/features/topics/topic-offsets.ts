import { createId } from '../../kernel/ids.ts';

/** Where a topic is: offsets count up within an epoch. */
export interface TopicPosition {
  readonly epoch: string;
  readonly offset: number;
}

/**
 * Counts the events of each topic. Topics without history live in memory: a topic that was forgotten, because others
 * were used more recently or the server restarted, begins a new epoch, by which clients see that offsets do not compare.
 */
export class TopicOffsets {
  readonly #topics = new Map<string, { readonly epoch: string; offset: number }>();
  /** Stands before the oldest: a new iterator would walk over all the places of those that are gone. */
  #ages = this.#topics.keys();
  readonly #maxTopics: number;

  constructor(maxTopics: number) {
    this.#maxTopics = maxTopics;
  }

  /** The offset of the last event; 0 before the first. */
  position(topic: string): TopicPosition {
    return { ...this.#use(topic) };
  }

  /** The position of one more event. */
  advance(topic: string): TopicPosition {
    const state = this.#use(topic);
    state.offset++;
    return { ...state };
  }

  #use(topic: string): { readonly epoch: string; offset: number } {
    let state = this.#topics.get(topic);
    if (state === undefined) state = { epoch: createId('ep'), offset: 0 };
    else this.#topics.delete(topic);
    // last in the map is most recently used
    this.#topics.set(topic, state);
    if (this.#topics.size > this.#maxTopics) this.#forgetOldest();
    return state;
  }

  #forgetOldest(): void {
    let oldest = this.#ages.next();
    if (oldest.done === true) {
      this.#ages = this.#topics.keys();
      oldest = this.#ages.next();
    }
    if (oldest.done !== true) this.#topics.delete(oldest.value);
  }
}
