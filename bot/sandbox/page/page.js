// The chat page: where we are (who is acting, which chat is open), and its parts joined together.

import { fileUrl, forward } from "./api.js";
import { makeComposer } from "./composer.js";
import { makeConversation } from "./conversation.js";
import { find } from "./dom.js";
import { makeFeed } from "./feed.js";
import { makeLightbox } from "./lightbox.js";
import { isCommandLine, isInvoiceLink, startIn, topicIn } from "./links.js";
import { nameOf } from "./message.js";
import { makeTill } from "./paying.js";
import { pickChat } from "./picking.js";
import { copy, hush, relabel, say, showAlert } from "./saying.js";
import { makeSide } from "./side.js";
import { acting, changeVoice, chat, isGroup, lastOpen, markRead, maySpeakAsGroup, me, shownMessages, speaksAsGroup, titleOf, topicOpen, unreadOf, words, world } from "./state.js";

const wide = matchMedia("(min-width: 760px)");

// ---- where we are: the address holds person and chat, so Back and reload work -------------------

function route() {
  const [, userId, chatId] = (location.hash.match(/^#(-?\d+)(?:\/(-?\d+))?$/) || []).map(Number);
  const person = world.users.find((each) => each.user.id === userId) || world.users[0];
  if (!person) return draw();
  if (acting.userId !== person.user.id) hush();
  acting.userId = person.user.id;
  let open = person.chats.find((each) => each.id === chatId);
  // A wide page has room for a chat beside the list; a narrow one begins with the list.
  if (!open && wide.matches) open = person.chats.find((each) => each.id === lastOpen.get(acting.userId)) || person.chats[0];
  acting.chatId = open?.id ?? null;
  acting.threadId = open ? (topicOpen.get(open.id) ?? null) : null;
  if (open) lastOpen.set(acting.userId, open.id);
  composer.label();
  relabel();
  return draw();
}

// At once, not at the next turn: who opens a chat by key goes on typing, and no letter may be lost.
function go(userId, chatId) {
  const hash = chatId ? `#${userId}/${chatId}` : `#${userId}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
  route();
}

function openChat(chatId) {
  go(acting.userId, chatId);
  conversation.toBottom(); // also of the one that is open already
  conversation.focus();
}

// The private chat with the bot, where `/start WORD` is said.
function startWith(word) {
  const here = me().chats.find((each) => !isGroup(each));
  if (acting.chatId !== here.id) openChat(here.id);
  composer.sendNow(`/start ${word}`.trim());
}

function openLink(url) {
  if (isInvoiceLink(url)) return till.openLink(url);
  const topic = topicIn(url);
  if (topic && me().chats.some((each) => each.id === topic.chatId)) return openTopic(topic);
  const word = startIn(url, world.bot.username);
  if (word === null) showAlert(words().leadsTo(url));
  else startWith(word);
  return undefined;
}

// As in Telegram, a command tapped in a group is said to this bot.
function sayCommand(text) {
  composer.sendNow(isGroup(chat()) && !text.includes("@") ? `${text}@${world.bot.username}` : text);
}

function openTopic({ chatId, threadId }) {
  topicOpen.set(chatId, threadId);
  openChat(chatId);
}

function copyText(text) {
  const offer = { label: words().toLine, act: () => composer.put(text) };
  copy(text, isCommandLine(text) && chat() ? offer : null);
}

async function forwardTo(messageId, chatId) {
  const said = { user_id: acting.userId, chat_id: acting.chatId, message_id: messageId, to_chat_id: chatId };
  const sent = await forward(said).catch((error) => say(error.message || words().failed));
  if (!sent) return;
  conversation.keepToBottom();
  openChat(chatId);
}

function backToList() {
  const from = acting.chatId;
  go(acting.userId, null);
  document.querySelector(`[data-testid="chat-${from}"]`)?.focus();
}

// ---- drawing ----------------------------------------------------------------------------------

function draw() {
  if (!me()) return;
  if (chat() && !document.hidden) markRead(acting.userId, shownMessages());
  side.draw();
  conversation.draw();
  const total = world.users.reduce((sum, each) => sum + unreadOf(each), 0);
  // On a narrow page the list is out of sight; its count is shown on the way back to it.
  const elsewhere = find("elsewhere");
  elsewhere.textContent = unreadOf(me()) || "";
  elsewhere.hidden = !elsewhere.textContent;
  document.title = total ? `(${total}) ${nameOf(world.bot)}` : nameOf(world.bot);
}

// ---- wiring -----------------------------------------------------------------------------------

const on = {
  get words() {
    return words();
  },
  copy: copyText,
  link: openLink,
  command: sayCommand,
  press: (messageId, button) => feed.press(messageId, button),
  pay: (message) => till.openMessage(message),
  quote: (messageId) => conversation.jumpToQuoted(messageId),
  reply: (id) => composer.reply(world.messages.get(acting.chatId).get(id)),
  forward: (id) => pickChat(words().forwardTo, me().chats, (chatId) => forwardTo(id, chatId)),
  open: (id) => lightbox.show(shownMessages().filter((each) => each.photo), id),
};

const composer = makeComposer({
  place: () => ({
    user_id: acting.userId,
    chat_id: acting.chatId,
    thread_id: acting.threadId,
    language_code: me().user.language_code,
    botName: world.bot.username,
    isGroup: isGroup(chat()),
    as_chat: speaksAsGroup() || null,
  }),
  voice: () => ({ isOffered: maySpeakAsGroup(), isGroups: speaksAsGroup(), title: chat() && titleOf(chat()) }),
  changeVoice,
  words,
  limits: () => world.limits,
  ownLast: () => shownMessages().findLast((each) => each.from?.id === acting.userId && !each.sender_chat && (each.text || each.caption)),
  say,
  sent: () => conversation.keepToBottom(),
});
const lightbox = makeLightbox(find("lightbox"), words, fileUrl);
const till = makeTill({ paid: () => conversation.keepToBottom() });
const conversation = makeConversation({ composer, route, on });
const side = makeSide({
  become: (userId) => go(userId, wide.matches ? lastOpen.get(userId) : null),
  openChat,
  draw,
});
const feed = makeFeed({ draw, route, openChat });

function onEscape(event) {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
  if (composer.escape()) event.preventDefault();
  else if (!wide.matches && chat()) backToList();
}

addEventListener("hashchange", route);
addEventListener("keydown", onEscape);
document.addEventListener("visibilitychange", draw);
wide.addEventListener("change", route);
find("back").addEventListener("click", backToList);
feed.start();
