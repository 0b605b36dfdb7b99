import { ChatList } from './chat-list.js';
import { Chats } from './chats.js';
import { createClient } from './client.js';
import { ConnectionStatus } from './connection-status.js';
import { Conversation } from './conversation.js';
import { byId } from './element.js';
import { KeptSession } from './kept-session.js';
import { NewChat } from './new-chat.js';
import { People } from './people.js';
import { ProtocolLog } from './protocol-log.js';
import { SignIn } from './sign-in.js';

const log = new ProtocolLog();
const kept = new KeptSession();
const status = new ConnectionStatus(() => void client?.connect());
const chatList = new ChatList(goTo);
const conversation = new Conversation();
const newChat = new NewChat(goTo);
const signIn = new SignIn(signInWith);
let client;
let chats;
let drawTimer;

byId('new-chat').addEventListener('click', () => newChat.open(chats));
byId('back').addEventListener('click', () => goTo(''));
byId('sign-out').addEventListener('click', () => void signOut());
addEventListener('hashchange', () => chats?.open(openChatId()));
// the browser knows before any timer that it has a network again
addEventListener('online', () => client?.state.name === 'waiting' && client.connect());

const session = kept.take();
if (session === undefined) signIn.show();
else void follow(createClient({ url: location.origin, session })).connect();

/** The open chat stands in the address: reloading keeps it, and the browser's way back leads out of it. */
function goTo(chatId) {
  location.hash = chatId;
}

function openChatId() {
  return location.hash.slice(1) || undefined;
}

/** Signs in; the password is used for this one call and not kept. */
async function signInWith(username, password) {
  const candidate = createClient({ url: location.origin });
  log.follow(candidate);
  await candidate.login(username, password);
  follow(candidate, true);
}

/** Makes this the page's client. */
function follow(next, isFollowed = false) {
  client = next;
  const people = new People();
  chats = new Chats(client, people, draw);
  if (!isFollowed) log.follow(client);
  client.on('state', (state) => onState(next, state));
  client.on('session', (changed) => kept.set(changed));
  kept.set(client.session);
  signIn.hide();
  for (const id of ['chats', 'conversation', 'me', 'sign-out']) byId(id).hidden = false;
  onState(next, client.state);
  chats.open(openChatId());
  if (client.state.name === 'online') chats.refresh();
  return client;
}

function onState(from, state) {
  if (from !== client) return;
  status.show(state);
  if (state.name === 'online') {
    const { user } = client;
    chats.people.note(user);
    byId('me').textContent = chats.people.nameOf(user.id);
  }
  if (state.name === 'stopped') leave(state.error);
  draw();
}

/** Back to signing in. */
function leave(error) {
  client = undefined;
  chats = undefined;
  kept.set(undefined);
  newChat.close();
  chatList.clear();
  conversation.clear();
  status.show(undefined);
  for (const id of ['chats', 'conversation', 'me', 'sign-out']) byId(id).hidden = true;
  document.title = 'Parley';
  signIn.show(error);
}

async function signOut() {
  const leaving = client;
  leave();
  history.replaceState(null, '', location.pathname);
  log.clear();
  // without a connection the session ends by itself, and this page has forgotten its tokens
  await leaving.logout().catch(() => undefined);
}

/** Draws once for everything that happens in this turn. */
function draw() {
  // not an animation frame: those do not come to a hidden page, whose title has to tell
  drawTimer ??= setTimeout(() => {
    drawTimer = undefined;
    if (client?.user === undefined || chats === undefined) return;
    chatList.show(chats);
    conversation.show(chats);
    document.body.dataset.view = chats.active === undefined ? 'list' : 'chat';
    document.title = chats.unread > 0 ? `(${chats.unread}) Parley` : 'Parley';
  }, 0);
}
