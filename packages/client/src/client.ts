import type { PROTOCOL_VERSION, Push, SUBPROTOCOL_JSON } from '@parley/protocol';
import { Backoff } from './backoff.ts';
import { type ClientError, localError, toClientError } from './client-error.ts';
import type { ClientEvents, ClientState } from './client-events.ts';
import type { ClientOptions } from './client-options.ts';
import type { FieldsFor, PayloadFor, PushPayload, RequestType, Session, User, Welcome } from './commands.ts';
import { type Attempt, ConnectionLoop } from './connection-loop.ts';
import { Credentials } from './credentials.ts';
import { Inbox } from './inbox.ts';
import { KeepAlive } from './keep-alive.ts';
import { type Ending, Link } from './link.ts';
import { Listeners } from './listeners.ts';
import { createClientMsgId, Outbox, type Sent } from './outbox.ts';
import { openWebSocket, socketUrl } from './socket.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { TopicPosition } from './topics.ts';

// types of the values, so that none of the protocol's code comes along
const PROTOCOL: typeof PROTOCOL_VERSION = 1;
const SUBPROTOCOL: typeof SUBPROTOCOL_JSON = 'parley.v1.json';

/**
 * A client of one user. It connects, signs in, and comes back by itself after every loss of the connection, until
 * close() or a refusal that coming back cannot help:
 *
 *     idle ── connect, login ──> connecting ── signed in, caught up ──> online
 *                                 ^      \                                |
 *                                 |       lost, refused for now           | lost
 *                                 +----------- waiting <------------------+        anywhere ── final ──> stopped
 */
export class Client {
  readonly #url: string;
  readonly #options: ClientOptions;
  readonly #timers: Timers;
  readonly #requestTimeoutMs: number;
  readonly #listeners = new Listeners<ClientEvents>();
  readonly #loop: ConnectionLoop;
  readonly #credentials: Credentials;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #keepAlive: KeepAlive;
  #state: ClientState = { name: 'idle' };
  #link: Link | undefined;
  #user: User | undefined;
  #welcome: Welcome | undefined;
  #ready: PromiseWithResolvers<Welcome> | undefined;
  /** What login() asks of the next connection; holds the password until then. */
  #login: FieldsFor<'login'> | undefined;

  /** @throws TypeError when `url` is not the address of a server */
  constructor(options: ClientOptions) {
    this.#url = socketUrl(options.url);
    this.#options = options;
    const timers = options.timers ?? systemTimers;
    const requestTimeoutMs = options.requestTimeoutMs ?? 10_000;
    this.#timers = timers;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#loop = new ConnectionLoop({
      timers,
      backoff: new Backoff(options.backoff ?? {}, () => timers.random()),
      connect: (signal) => this.#connectOnce(signal),
      waiting: (retryInMs, error) => this.#setState({ name: 'waiting', retryInMs, error }),
      gaveUp: (error) => this.#stop(error),
    });
    const sessionChanged = (session: Session | undefined) => this.#listeners.emit('session', session);
    this.#credentials = new Credentials(options, requestTimeoutMs, sessionChanged);
    this.#inbox = new Inbox(this.#listeners, timers, requestTimeoutMs);
    this.#outbox = new Outbox(timers);
    this.#keepAlive = new KeepAlive(timers, requestTimeoutMs);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The signed-in user; undefined before the first sign-in. */
  get user(): User | undefined {
    return this.#user;
  }

  /** The session of login(), with its present tokens; undefined when tokens come from elsewhere. */
  get session(): Session | undefined {
    return this.#credentials.session;
  }

  /** What the server told of itself and its limits on the last connection. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  /** Calls `listener` with every event of that name; the returned function ends that. */
  on<E extends keyof ClientEvents>(event: E, listener: (...args: ClientEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Connects; resolves when online for the first time. While the client waits between two attempts, the next one is made
   * now. @throws ClientError when the client stops before that; attempts that may succeed later are repeated instead
   */
  connect(): Promise<Welcome> {
    if (this.#loop.isRunning && this.#ready !== undefined) {
      this.#loop.retryNow();
      return this.#ready.promise;
    }
    const ready = Promise.withResolvers<Welcome>();
    // whoever does not wait for it learns it from the state
    ready.promise.catch(() => undefined);
    this.#ready = ready;
    if (this.#login === undefined && !this.#credentials.hasAny) this.#stop(localError('signed_out'));
    else this.#loop.start();
    return ready.promise;
  }

  /**
   * Connects and signs in with a password, which is forgotten at once; the session keeps itself alive from then on.
   * @throws ClientError of the first attempt, whatever it is: `invalid_credentials`, `login_locked`, `connection_lost`
   */
  async login(username: string, password: string): Promise<Session> {
    if (this.#loop.isRunning) throw localError('already_connected');
    this.#login = { username, password };
    this.#user = undefined;
    this.#inbox.clear();
    await this.connect();
    if (this.session === undefined) throw localError('signed_out');
    return this.session;
  }

  /** Ends the session on the server, forgets it here, and closes. @throws ClientError when the server was not told */
  async logout(): Promise<void> {
    try {
      await this.request('logout', {});
    } catch (failure) {
      // it ends this connection too, perhaps before the reply
      if (toClientError(failure).code !== 'connection_lost') throw failure;
    } finally {
      this.close();
      this.#credentials.adopt(undefined);
    }
  }

  /** Sends a command. @throws ClientError of the reply; `not_connected`, `connection_lost`, `request_timeout` */
  request<T extends RequestType>(
    type: T,
    fields: FieldsFor<T>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<PayloadFor<T>> {
    if (this.#link === undefined || this.#state.name !== 'online') return Promise.reject(localError('not_connected'));
    return this.#link.request(type, fields, options.timeoutMs ?? this.#requestTimeoutMs);
  }

  /**
   * Sends a message once and in order within its chat, however often the connection is lost meanwhile; resolves when it
   * is on the server's disk. Waits for a connection. The message itself comes as `message:new` as well.
   * @throws ClientError when the server refuses it for good, the client stops, or `outbox_full`
   */
  send(chatId: string, content: string, options: { readonly clientMsgId?: string } = {}): Promise<Sent> {
    if (this.#state.name === 'stopped') return Promise.reject(this.#state.error);
    return this.#outbox.add(chatId, content, options.clientMsgId ?? createClientMsgId());
  }

  /** Subscribes to a topic, now and on every later connection. What was published in between is told by `gap`. */
  async subscribe(topic: string): Promise<TopicPosition> {
    if (this.#link === undefined) throw localError('not_connected');
    return this.#inbox.topics.subscribe(this.#link, topic);
  }

  /** Ends a subscription. */
  async unsubscribe(topic: string): Promise<void> {
    await this.#inbox.topics.unsubscribe(this.#link, topic);
  }

  /** Closes the connection and stays away. Messages that were not settled are rejected with `client_closed`. */
  close(): void {
    this.#loop.stop();
    this.#stop(localError('client_closed'));
  }

  /** One connection, from before its socket to after it. */
  async #connectOnce(signal: AbortSignal): Promise<Attempt> {
    this.#setState({ name: 'connecting' });
    const login = this.#login;
    this.#login = undefined;
    let link: Link | undefined;
    let onlineSinceMs: number | undefined;
    try {
      if (login === undefined) await this.#credentials.prepare();
      signal.throwIfAborted();
      link = this.#openLink(signal);
      await link.opened;
      await this.#begin(link, login);
      signal.throwIfAborted();
      this.#goOnline();
      onlineSinceMs = this.#timers.now();
    } catch (failure) {
      const error = toClientError(failure);
      if (link === undefined) return { error, isFinal: error.retry === 'never' || login !== undefined, onlineMs: 0 };
      link.abandon(error);
    }
    const ending = await link.ended;
    this.#leave(ending);
    const hasLoginFailed = login !== undefined && onlineSinceMs === undefined;
    const onlineMs = onlineSinceMs === undefined ? 0 : this.#timers.now() - onlineSinceMs;
    return { error: ending.error, isFinal: this.#isFinal(ending) || hasLoginFailed, onlineMs };
  }

  #openLink(signal: AbortSignal): Link {
    const open = this.#options.openSocket ?? openWebSocket;
    const link = new Link(
      open(this.#url, [SUBPROTOCOL]),
      {
        frame: (frame) => this.#listeners.emit('frame', frame),
        error: (error) => this.#listeners.emit('error', error),
        push: (push) => this.#receive(link, push),
        reply: (type, payload) => this.#inbox.noteReply(type, payload),
      },
      this.#timers,
    );
    const timeoutMs = this.#options.connectTimeoutMs ?? 10_000;
    const timer = this.#timers.set(() => link.abandon(localError('connect_timeout')), timeoutMs);
    const clear = () => this.#timers.clear(timer);
    link.opened.then(clear, clear);
    const stop = () => link.abandon(localError('client_closed'));
    signal.addEventListener('abort', stop, { once: true });
    void link.ended.then(() => signal.removeEventListener('abort', stop));
    this.#link = link;
    this.#inbox.begin(link);
    return link;
  }

  /** Signs the connection in and asks for what was missed. */
  async #begin(link: Link, login: FieldsFor<'login'> | undefined): Promise<void> {
    const hello = link.request('hello', { protocol: PROTOCOL, capabilities: [] }, this.#requestTimeoutMs);
    const signIn = login === undefined ? this.#credentials.present(link) : this.#signIn(link, login);
    const [welcome, user] = await Promise.all([hello, signIn]);
    if (this.#user !== undefined && this.#user.id !== user.id) throw localError('user_changed');
    this.#welcome = welcome;
    this.#user = user;
    const fates = await this.#inbox.resume(link, this.#outbox.untold);
    this.#outbox.resume((fields) => link.request('message', fields, this.#requestTimeoutMs), fates);
    this.#keepAlive.start(link, welcome.heartbeat_ms);
  }

  async #signIn(link: Link, login: FieldsFor<'login'>): Promise<User> {
    const session = await link.request('login', login, this.#requestTimeoutMs);
    this.#credentials.adopt(session);
    return session.user;
  }

  #goOnline(): void {
    this.#setState({ name: 'online' });
    if (this.#welcome !== undefined) this.#ready?.resolve(this.#welcome);
  }

  #leave(ending: Ending): void {
    this.#link = undefined;
    this.#keepAlive.stop();
    this.#inbox.end();
    this.#outbox.suspend();
    this.#listeners.emit('close', ending);
  }

  #isFinal({ advice, error }: Ending): boolean {
    if (advice !== 'new-token') return advice !== 'reconnect';
    this.#credentials.refuse(error);
    return !this.#credentials.isRenewable;
  }

  #receive(link: Link, push: Push): void {
    if (push.type === 'reconnect') this.#loop.noteHint(push.payload as PushPayload<'reconnect'>);
    if (push.type === 'auth:expiring') {
      this.#credentials
        .renewInPlace(link)
        .catch((failure: unknown) => this.#listeners.emit('error', toClientError(failure)));
    }
    this.#inbox.receive(push);
  }

  #stop(error: ClientError): void {
    this.#login = undefined;
    this.#outbox.fail(error);
    this.#ready?.reject(error);
    if (this.#state.name !== 'stopped') this.#setState({ name: 'stopped', error });
  }

  #setState(state: ClientState): void {
    this.#state = state;
    this.#listeners.emit('state', state);
  }
}
