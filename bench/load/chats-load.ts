import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { exchange, openClients } from './open-client.ts';

const OPENING_UNDER_WAY = 64;
const CREATING_UNDER_WAY = 128;
/** Members of a group are this many users apart, so that nobody meets the same people in every group. */
const MEMBER_STRIDE = 997;
const REPLY_PREFIX = '{"type":"create_group","status":"success"';

/** Shape of the membership. */
export interface ChatsOptions {
  readonly users: number;
  readonly groupsPerUser: number;
  readonly groupSize: number;
}

/** Makes users by connecting each once, and groups so that every user is in the same number. Parley only. */
export class ChatsLoad implements Load {
  readonly #session: LoadSession;
  readonly #options: ChatsOptions;

  constructor(session: LoadSession, options: ChatsOptions) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { users, groupsPerUser, groupSize } = this.#options;
    const clients = await openClients(users, OPENING_UNDER_WAY, (index) => this.#session.open(userId(index)));
    // pushes about groups of others are not of interest; creators read their own replies only
    for (const client of clients) client.receiver = { onMessage: () => undefined };
    const creators = await openClients(CREATING_UNDER_WAY, OPENING_UNDER_WAY, (index) =>
      this.#session.open(`creator-${index}`),
    );
    const groups = (users * groupsPerUser) / groupSize;
    await Promise.all(
      creators.map(async (creator, first) => {
        for (let group = first; group < groups; group += creators.length)
          await exchange(creator, { message: this.#createGroup(group), replyPrefix: REPLY_PREFIX });
      }),
    );
    for (const client of [...clients, ...creators]) client.destroy();
  }

  run(): Promise<LoadCount> {
    return Promise.resolve({ count: (this.#options.users * this.#options.groupsPerUser) / this.#options.groupSize });
  }

  #createGroup(group: number): string {
    const { users, groupSize } = this.#options;
    const members = Array.from({ length: groupSize }, (_, member) => userId((group + member * MEMBER_STRIDE) % users));
    return JSON.stringify({ type: 'create_group', group_name: `Group ${group}`, member_ids: members });
  }
}

function userId(index: number): string {
  return `user-${index}`;
}
