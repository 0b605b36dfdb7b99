/** One chat as this page knows it: what the list shows, and of its messages those that were loaded or came live. */
export class Chat {
  id;
  kind = 'group';
  name = null;
  members = [];
  memberCount = 0;
  lastMessage = null;
  lastSeq = 0;
  readSeq = 0;
  unread = 0;
  /** The newest page was loaded; everything after it comes live. */
  isLoaded = false;
  hasOlder = false;
  /** What the composer held when another chat was opened. */
  draft = '';
  /** Sends that are not settled, by client_msg_id, in order: `{ content, error }`. */
  pending = new Map();
  /** How far each other member has read. */
  #readers = new Map();
  /** Messages and notices by seq. */
  #entries = new Map();

  constructor(id) {
    this.id = id;
  }

  /** What is known of the log, in order: `{ seq, message }` or `{ seq, notice }`. */
  get entries() {
    return [...this.#entries.values()].sort((a, b) => a.seq - b.seq);
  }

  get firstSeq() {
    return this.entries[0]?.seq;
  }

  /** Takes over what the server lists. */
  describe(summary) {
    const { kind, name, members, member_count, last_message, last_seq, read_seq, unread } = summary;
    Object.assign(this, { kind, name, members, memberCount: member_count });
    this.readSeq = Math.max(this.readSeq, read_seq);
    // a list that was read before what came live meanwhile counts less than is known here
    if (last_seq >= this.lastSeq) Object.assign(this, { lastMessage: last_message, lastSeq: last_seq, unread });
  }

  /** Takes a message of a page or one that came live. */
  addMessage(message) {
    this.#entries.set(message.seq, { seq: message.seq, message });
    for (const userId of JSON.parse(message.read_by)) this.noteRead(userId, message.seq);
    if (message.client_msg_id !== undefined) this.pending.delete(message.client_msg_id);
    if (message.seq >= (this.lastMessage?.seq ?? 0)) this.lastMessage = message;
    this.lastSeq = Math.max(this.lastSeq, message.seq);
  }

  /** Takes what happened to the chat itself: `{ by, what, timestamp }`. */
  addNotice(seq, notice) {
    if (this.#entries.has(seq)) return;
    this.#entries.set(seq, { seq, notice });
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  /** Forgets the messages: something between them is missing, or they are of another log. */
  unload() {
    this.#entries.clear();
    this.isLoaded = false;
    this.hasOlder = false;
  }

  noteRead(userId, seq) {
    this.#readers.set(userId, Math.max(this.#readers.get(userId) ?? 0, seq));
  }

  /** How many have read up to here, without its sender. */
  readCount({ seq, sender_id, read_count }) {
    let count = 0;
    for (const [userId, readSeq] of this.#readers) if (userId !== sender_id && readSeq >= seq) count++;
    return Math.max(count, read_count);
  }

  /** Whose face stands for the chat: that of the other person of a direct chat, or one of its own. */
  faceId(me) {
    return this.kind === 'group' ? this.id : (this.#other(me)?.user_id ?? me);
  }

  /** What to call the chat: its name, or the other person of a direct chat. */
  title(people, me) {
    if (this.kind === 'group') return this.name ?? 'Group';
    const other = this.#other(me);
    return other === undefined ? `${people.nameOf(me)} (you)` : people.nameOf(other.user_id);
  }

  #other(me) {
    return this.members.find(({ user_id }) => user_id !== me);
  }
}
