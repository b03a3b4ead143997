// The chat page: who is acting, which chat is open, what has happened in the world.

import { fileUrl, listen, loadState, press, setSpeed } from "./api.js";
import { makeComposer } from "./composer.js";
import { arrange, avatar, dressAvatar, el, icon } from "./dom.js";
import { makeLightbox } from "./lightbox.js";
import { authorOf, clock, nameOf, pressKey, renderLog, serviceText, summaryOf } from "./render.js";
import { wordsFor } from "./words.js";

const ACTION_MS = 5000;
const PRESS_MS = 20000;
const TOAST_MS = 3500;
const REST_MS = 900;

const find = (id) => document.getElementById(id);
const wide = matchMedia("(min-width: 760px)");
const touch = matchMedia("(pointer: coarse)");

// ---- what the page knows ----------------------------------------------------------------------

const world = {
  bot: null,
  users: [], // {user, chats: [Chat]}
  messages: new Map(), // chat_id -> Map(message_id -> Message)
  speed: 1,
  speeds: [],
  limits: {},
  actions: new Map(), // chat_id -> {action, until}
};
const acting = { userId: null, chatId: null, threadId: null };
const lastOpen = new Map(); // user_id -> chat_id
const topicOpen = new Map(); // chat_id -> thread_id | null
const readTo = new Map(); // "user:chat:thread" -> message_id
const waiting = new Set(); // pressed buttons without an answer
const queries = new Map(); // callback_query_id -> pressed button | "answered"
let early = null; // events that came while the state was on its way
let kept = new Map(); // the open conversation's nodes
let keptFor = "";
let stick = true;
let restTimer = 0;
let firstLoad = true;

const me = () => world.users.find((each) => each.user.id === acting.userId);
const chat = () => me()?.chats.find((each) => each.id === acting.chatId);
const words = () => wordsFor(me()?.user.language_code);
const locale = () => (words() === wordsFor("vi") ? "vi-VN" : "en-GB");
const isGroup = (each) => each.type !== "private";
const titleOf = (each) => (isGroup(each) ? each.title : nameOf(world.bot));
const faceOf = (each) => (isGroup(each) ? each.id : world.bot.id);
const threadOf = (message) => (message.is_topic_message ? message.message_thread_id : null);
const messagesIn = (chatId) => [...(world.messages.get(chatId)?.values() || [])];
const inThread = (messages, each, threadId) =>
  each.is_forum ? messages.filter((message) => threadOf(message) === threadId) : messages;
const shownMessages = () => (chat() ? inThread(messagesIn(acting.chatId), chat(), acting.threadId) : []);

function topicsOf(each) {
  const names = new Map();
  for (const message of messagesIn(each.id)) {
    const threadId = threadOf(message);
    if (message.forum_topic_created) names.set(message.message_thread_id, message.forum_topic_created.name);
    else if (threadId && !names.has(threadId)) names.set(threadId, `# ${threadId}`);
  }
  return names;
}

// ---- unread -----------------------------------------------------------------------------------

const readKey = (userId, chatId, threadId) => `${userId}:${chatId}:${threadId ?? ""}`;

function unread(userId, messages) {
  return messages.filter((message) => {
    if (message.from?.id === userId || serviceText(message, words())) return false;
    const key = readKey(userId, message.chat.id, threadOf(message));
    return message.message_id > (readTo.get(key) || 0);
  }).length;
}

function markRead(userId, messages) {
  for (const message of messages) {
    const key = readKey(userId, message.chat.id, threadOf(message));
    if ((readTo.get(key) || 0) < message.message_id) readTo.set(key, message.message_id);
  }
}

// ---- loading and events -----------------------------------------------------------------------

async function reload() {
  early ??= [];
  const state = await loadState().catch(() => null);
  if (!state) return setTimeout(reload, 1500);
  Object.assign(world, { bot: state.bot, users: state.users, speed: state.speed, speeds: state.speeds, limits: state });
  world.messages = new Map(
    Object.entries(state.messages).map(([id, list]) => [Number(id), new Map(list.map((each) => [each.message_id, each]))]),
  );
  const missed = early || [];
  early = null;
  missed.forEach(apply);
  find("offline").hidden = true;
  delete find("offline").dataset.says;
  if (firstLoad) {
    firstLoad = false;
    world.users.forEach((each) => each.chats.forEach((one) => markRead(each.user.id, messagesIn(one.id))));
  }
  return route();
}

function onEvent(event) {
  if (early) return early.push(event);
  apply(event);
  return draw();
}

function apply(event) {
  const known = world.messages.get(event.chat_id);
  switch (event.type) {
    case "message":
      if (!known) return reload();
      known.set(event.message.message_id, event.message);
      if (event.message.from?.id === world.bot.id) world.actions.delete(event.chat_id);
      return null;
    case "edited":
      if (known?.has(event.message.message_id)) known.set(event.message.message_id, event.message);
      return null;
    case "deleted":
      return known?.delete(event.message_id);
    case "action":
      world.actions.set(event.chat_id, { action: event.action, until: Date.now() + ACTION_MS });
      return setTimeout(draw, ACTION_MS + 50);
    case "callback_answer":
      return onAnswer(event);
    default:
      return null;
  }
}

function onAnswer(event) {
  const pressed = queries.get(event.callback_query_id);
  // The answer may overtake the response that tells this press's id.
  queries.set(event.callback_query_id, "answered");
  if (pressed) waiting.delete(pressed);
  if (event.user_id !== acting.userId || !event.text) return;
  if (event.show_alert) showAlert(event.text);
  else say(event.text);
}

async function pressButton(messageId, button) {
  const message = world.messages.get(acting.chatId)?.get(messageId);
  if (!message) return;
  const key = pressKey(message, button);
  if (waiting.has(key)) return;
  waiting.add(key);
  draw();
  const done = () => {
    waiting.delete(key);
    draw();
  };
  try {
    const place = { user_id: acting.userId, chat_id: acting.chatId };
    const { callback_query_id: id } = await press({ ...place, message_id: messageId, data: button.callback_data });
    if (queries.get(id) === "answered") return done();
    queries.set(id, key);
    setTimeout(done, PRESS_MS);
  } catch (error) {
    say(error.message || words().failed);
    done();
  }
}

// ---- where we are: the address holds person and chat, so Back and reload work -------------------

function route() {
  const [, userId, chatId] = (location.hash.match(/^#(-?\d+)(?:\/(-?\d+))?$/) || []).map(Number);
  const person = world.users.find((each) => each.user.id === userId) || world.users[0];
  if (!person) return draw();
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

function go(userId, chatId) {
  const hash = chatId ? `#${userId}/${chatId}` : `#${userId}`;
  if (location.hash === hash) route();
  else location.hash = hash;
}

function openChat(chatId) {
  const here = acting.chatId === chatId;
  go(acting.userId, chatId);
  if (here) return focusConversation();
  return addEventListener("hashchange", focusConversation, { once: true });
}

// On a touch screen the text field would raise the keyboard over the messages.
function focusConversation() {
  if (touch.matches) find("scroller").focus();
  else composer.focus();
}

function backToList() {
  const from = acting.chatId;
  const focusRow = () => document.querySelector(`[data-testid="chat-${from}"]`)?.focus();
  addEventListener("hashchange", focusRow, { once: true });
  go(acting.userId, null);
}

// ---- drawing ----------------------------------------------------------------------------------

function draw() {
  if (!me()) return;
  if (chat() && !document.hidden) markRead(acting.userId, shownMessages());
  drawUsers();
  drawChats();
  drawSpeeds();
  drawConversation();
  const total = world.users.reduce((sum, each) => sum + unreadOf(each), 0);
  document.title = total ? `(${total}) ${nameOf(world.bot)}` : nameOf(world.bot);
}

const unreadOf = (each) =>
  each.chats.reduce((sum, one) => sum + unread(each.user.id, messagesIn(one.id)), 0);

const badge = (count, label) => (count ? el("span", { class: "count", "aria-label": label(count) }, count) : null);

const nodes = new Map();
// One node per key, refilled in place: focus stays where it is.
function row(key, make, children) {
  if (!nodes.has(key)) nodes.set(key, make());
  const node = nodes.get(key);
  const signature = JSON.stringify(children.signature);
  if (node.signature !== signature) {
    node.signature = signature;
    node.replaceChildren(...children.build().filter(Boolean));
  }
  return node;
}

function drawUsers() {
  const list = world.users.map((each) => {
    const { user } = each;
    const count = user.id === acting.userId ? 0 : unreadOf(each);
    const make = () =>
      el("button", { class: "user", type: "button", "data-testid": `user-${user.id}`, onclick: () => go(user.id, wide.matches ? lastOpen.get(user.id) : null) });
    const node = row(`user ${user.id}`, make, {
      signature: [user, count, locale()],
      build: () => [
        avatar(user.id, nameOf(user)),
        el("span", {}, nameOf(user), el("small", {}, (user.language_code || "en").toUpperCase())),
        badge(count, words().unread),
      ],
    });
    node.setAttribute("aria-pressed", user.id === acting.userId);
    return node;
  });
  arrange(find("users"), list);
}

function drawChats() {
  const last = (each) => messagesIn(each.id).at(-1);
  const order = [...me().chats].sort((a, b) => (last(b)?.date || 0) - (last(a)?.date || 0));
  arrange(find("chats"), order.map((each) => chatRow(each, last(each))));
}

function chatRow(each, message) {
  const count = unread(acting.userId, messagesIn(each.id));
  const action = actionIn(each);
  const make = () => el("button", { class: "chat", type: "button", "data-testid": `chat-${each.id}`, onclick: () => openChat(each.id) });
  const line = action || (message ? summaryOf(message, words()) : "");
  const by = !action && message && isGroup(each) && !serviceText(message, words()) ? shortAuthor(message) : "";
  const time = message ? clock(message, { locale: locale() }) : "";
  const node = row(`chat ${acting.userId} ${each.id}`, make, {
    signature: [titleOf(each), line, by, time, count, locale()],
    build: () => [
      avatar(faceOf(each), titleOf(each)),
      el("span", { class: "top" }, el("strong", {}, titleOf(each)), el("time", {}, time)),
      el("span", { class: "under" }, el("span", { class: action ? "line doing" : "line" }, by ? el("b", {}, `${by}: `) : null, line), badge(count, words().unread)),
    ],
  });
  node.toggleAttribute("data-open", each.id === acting.chatId);
  if (each.id === acting.chatId) node.setAttribute("aria-current", "true");
  else node.removeAttribute("aria-current");
  return node;
}

const shortAuthor = (message) =>
  message.from?.id === acting.userId && !message.sender_chat ? words().you : authorOf(message);

function actionIn(each) {
  const doing = world.actions.get(each.id);
  if (!doing || doing.until < Date.now()) return "";
  const what = words().actions[doing.action] || words().actions.typing;
  return isGroup(each) ? `${nameOf(world.bot)}: ${what}` : what;
}

function drawSpeeds() {
  const list = world.speeds.map((speed) => {
    const make = () => el("button", { type: "button", "data-testid": `speed-${speed}`, onclick: () => turnSpeed(speed) });
    const node = row(`speed ${speed}`, make, { signature: [speed], build: () => [`${speed}×`] });
    node.setAttribute("aria-pressed", speed === world.speed);
    return node;
  });
  arrange(find("speeds"), list);
}

async function turnSpeed(speed) {
  const answer = await setSpeed(speed).catch((error) => say(error.message || words().failed));
  if (answer) world.speed = answer.speed;
  draw();
}

function drawConversation() {
  const open = chat();
  find("app").dataset.pane = open ? "chat" : "list";
  find("conversation").hidden = !open;
  find("empty").hidden = Boolean(open);
  composer.moveTo(open ? `${acting.userId}/${acting.chatId}/${acting.threadId}` : null);
  if (!open) return;
  find("peer-name").textContent = titleOf(open);
  dressAvatar(find("peer-avatar"), faceOf(open), titleOf(open));
  drawStatus(open);
  drawTopics(open);
  drawMessages(open);
}

function drawStatus(open) {
  const doing = actionIn(open);
  const people = world.users.filter((each) => each.chats.some((one) => one.id === open.id)).length;
  const node = find("peer-status");
  const says = doing || (isGroup(open) ? words().group(people) : words().bot);
  node.classList.toggle("doing", Boolean(doing));
  if (node.textContent !== says) node.textContent = says;
}

function drawTopics(open) {
  const bar = find("topics");
  bar.hidden = !open.is_forum;
  if (!open.is_forum) return;
  const topics = [[null, words().general], ...topicsOf(open)];
  const list = topics.map(([threadId, name]) => {
    const count = unread(acting.userId, inThread(messagesIn(open.id), open, threadId));
    const make = () =>
      el("button", { type: "button", "data-testid": `topic-${threadId ?? "general"}`, onclick: () => openTopic(open.id, threadId) });
    const node = row(`topic ${open.id} ${threadId}`, make, {
      signature: [name, count, locale()],
      build: () => [el("span", {}, name), badge(count, words().unread)],
    });
    node.setAttribute("aria-pressed", threadId === acting.threadId);
    return node;
  });
  arrange(bar, list);
}

function openTopic(chatId, threadId) {
  topicOpen.set(chatId, threadId);
  route();
  focusConversation();
}

function drawMessages() {
  const conversation = `${acting.userId}/${acting.chatId}/${acting.threadId}/${locale()}`;
  const isNew = conversation !== keptFor;
  if (isNew) {
    kept = new Map();
    keptFor = conversation;
    stick = true;
  }
  const messages = shownMessages();
  const seenTo = Math.max(0, ...messages.filter((each) => each.from?.id === world.bot.id).map((each) => each.message_id));
  const log = find("log");
  log.setAttribute("aria-busy", isNew);
  renderLog(log, messages, { me: me().user, bot: world.bot, words: words(), locale: locale(), isGroup: isGroup(chat()), seenTo, waiting, on }, kept);
  if (!messages.length) log.replaceChildren(nothingSaid());
  toBottomIfStuck();
  log.setAttribute("aria-busy", "false");
}

// As in Telegram, a first talk with a bot begins with one button.
function nothingSaid() {
  const start = el("button", { class: "start", type: "button", "data-testid": "start", onclick: () => composer.sendNow("/start") }, words().start);
  return el("div", { class: "none" }, el("p", {}, words().noMessages), isGroup(chat()) ? null : start);
}

function relabel() {
  const said = words();
  document.documentElement.lang = me().user.language_code?.startsWith("vi") ? "vi" : "en";
  find("acting-label").textContent = said.actingAs;
  find("speed-label").textContent = said.speed;
  find("local").textContent = said.local;
  find("empty").firstElementChild.textContent = said.pickChat;
  find("offline").textContent = said[find("offline").dataset.says || "offline"];
  find("drop").firstElementChild.textContent = said.drop;
  find("alert").querySelector("button").textContent = said.ok;
  for (const [id, label] of [["chats", said.chats], ["log", said.messages], ["scroller", said.messages], ["topics", said.topics]]) find(id).setAttribute("aria-label", label);
  for (const [id, label, sign] of [["back", said.back, "back"], ["jump", said.jump, "down"]]) {
    find(id).setAttribute("aria-label", label);
    find(id).replaceChildren(icon(sign));
  }
}

// ---- scrolling --------------------------------------------------------------------------------

function toBottomIfStuck() {
  const scroller = find("scroller");
  if (stick) scroller.scrollTop = scroller.scrollHeight;
}

// The day hangs over the messages only while they move; at rest it would hide what is read.
function showDayForAMoment() {
  find("log").classList.add("moving");
  clearTimeout(restTimer);
  restTimer = setTimeout(() => find("log").classList.remove("moving"), REST_MS);
}

function onScroll() {
  const { scrollHeight, scrollTop, clientHeight } = find("scroller");
  stick = scrollHeight - scrollTop - clientHeight < 40;
  find("jump").hidden = stick;
  if (!stick) showDayForAMoment();
}

function jumpToQuoted(messageId) {
  const node = find("log").querySelector(`[data-message-id="${messageId}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  node.classList.remove("flash");
  // Reading the size restarts the animation when the same message is asked for twice.
  node.getBoundingClientRect();
  node.classList.add("flash");
}

// ---- saying things ----------------------------------------------------------------------------

function say(text) {
  const toast = el("p", { class: "toast", "data-testid": "toast" }, text);
  find("toasts").replaceChildren(toast);
  setTimeout(() => toast.remove(), TOAST_MS);
}

function tellLost(how) {
  const banner = find("offline");
  banner.hidden = false;
  // Between two tries the connection is merely lost again: what is known stays said.
  if (how === "moved") banner.dataset.says = how;
  banner.textContent = words()[banner.dataset.says || how];
}

function showAlert(text) {
  find("alert").querySelector("p").textContent = text;
  if (!find("alert").open) find("alert").showModal();
}

async function copy(text) {
  await navigator.clipboard?.writeText(text).catch(() => null);
  say(words().copied);
}

// ---- wiring -----------------------------------------------------------------------------------

const on = {
  get words() {
    return words();
  },
  copy,
  command: (text) => composer.sendNow(text),
  press: pressButton,
  quote: jumpToQuoted,
  reply: (id) => composer.reply(world.messages.get(acting.chatId).get(id)),
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
  }),
  words,
  limits: () => world.limits,
  ownLast: () => shownMessages().findLast((each) => each.from?.id === acting.userId && !each.sender_chat && (each.text || each.caption)),
  say,
  sent: () => {
    stick = true;
  },
});
const lightbox = makeLightbox(find("lightbox"), words, fileUrl);

function onEscape(event) {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
  if (composer.escape()) event.preventDefault();
  else if (!wide.matches && chat()) backToList();
}

function wireDrop() {
  const box = find("conversation");
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  box.addEventListener("dragover", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    find("drop").hidden = false;
  });
  box.addEventListener("dragleave", (event) => {
    if (!box.contains(event.relatedTarget)) find("drop").hidden = true;
  });
  box.addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    find("drop").hidden = true;
    composer.addFiles([...event.dataTransfer.files]);
  });
}

addEventListener("hashchange", route);
addEventListener("keydown", onEscape);
document.addEventListener("visibilitychange", draw);
wide.addEventListener("change", route);
find("back").addEventListener("click", backToList);
find("jump").addEventListener("click", () => {
  stick = true;
  toBottomIfStuck();
  composer.focus();
});
find("scroller").addEventListener("scroll", onScroll, { passive: true });
const watched = new ResizeObserver(toBottomIfStuck);
watched.observe(find("scroller"));
watched.observe(find("log"));
wireDrop();
listen({ onHello: reload, onEvent, onLost: () => tellLost("offline"), onMoved: () => tellLost("moved") });
