// The open chat: its head, its topics, its messages, and how far they are scrolled.
//
// `page` is what it needs of the page: composer, route(), on (see render.js).

import { arrange, badge, dressAvatar, el, find, row } from "./dom.js";
import { nameOf } from "./message.js";
import { renderLog } from "./render.js";
import { acting, actionIn, chat, faceOf, inThread, isAdmin as isAdminIn, isGroup, locale, me, messagesIn, shownMessages, takeQuestion, titleOf, topicOpen, topicsOf, unread, waiting, words, world } from "./state.js";

const REST_MS = 900;
const touch = matchMedia("(pointer: coarse)");

export function makeConversation(page) {
  let kept = new Map(); // the open conversation's nodes
  let keptFor = "";
  let stick = true;
  let seenTop = 0;
  let restTimer = 0;

  function draw() {
    const open = chat();
    find("app").dataset.pane = open ? "chat" : "list";
    find("conversation").hidden = !open;
    find("empty").hidden = Boolean(open);
    page.composer.moveTo(open ? `${acting.userId}/${acting.chatId}/${acting.threadId}` : null);
    if (!open) {
      stick = true; // who comes back to a chat comes back to its end
      return;
    }
    find("peer-name").textContent = titleOf(open);
    dressAvatar(find("peer-avatar"), faceOf(open), titleOf(open));
    drawStatus(open);
    drawTopics(open);
    drawMessages(open);
    page.composer.keepTo(world.messages.get(open.id));
    const asked = takeQuestion();
    if (asked) page.composer.reply(asked.message, asked.placeholder);
  }

  function drawStatus(open) {
    const doing = actionIn(open);
    const people = world.users.filter((each) => each.chats.some((one) => one.id === open.id));
    const admins = people.filter((each) => isAdminIn(each.user.id, open.id)).map((each) => nameOf(each.user));
    const node = find("peer-status");
    const says = doing || (isGroup(open) ? words().group(people.length, admins.join(", ")) : words().bot);
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
    page.route();
    focus();
  }

  // On a touch screen the text field would raise the keyboard over the messages.
  function focus() {
    if (touch.matches) find("scroller").focus();
    else page.composer.focus();
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
    // Who speaks as the group is one of its admins.
    const isAdmin = (message) => Boolean(message.sender_chat) || isAdminIn(message.from?.id, acting.chatId);
    renderLog(log, messages, { me: me().user, bot: world.bot, words: words(), locale: locale(), isGroup: isGroup(chat()), isAdmin, seenTo, waiting, reactions: world.reactions, receipts: world.receipts, on: page.on }, kept);
    if (!messages.length) log.replaceChildren(nothingSaid());
    toBottomIfStuck();
    log.setAttribute("aria-busy", "false");
  }

  // As in Telegram, a first talk with a bot begins with one button.
  function nothingSaid() {
    const start = el("button", { class: "start", type: "button", "data-testid": "start", onclick: () => page.composer.sendNow("/start") }, words().start);
    return el("div", { class: "none" }, el("p", {}, words().noMessages), isGroup(chat()) ? null : start);
  }

  // ---- scrolling ------------------------------------------------------------------------------

  function toBottomIfStuck() {
    const scroller = find("scroller");
    if (stick) scroller.scrollTop = scroller.scrollHeight;
    seenTop = scroller.scrollTop;
    find("jump").hidden = stick;
  }

  // The day hangs over the messages only while they move; at rest it would hide what is read.
  function showDayForAMoment() {
    find("log").classList.add("moving");
    clearTimeout(restTimer);
    restTimer = setTimeout(() => find("log").classList.remove("moving"), REST_MS);
  }

  // The end may move away by itself (a bar opens below, a message arrives); only a person moves up.
  function onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = find("scroller");
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    stick = isAtEnd || (stick && scrollTop >= seenTop);
    seenTop = scrollTop;
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

  function keepToBottom() {
    stick = true;
  }

  function toBottom() {
    keepToBottom();
    toBottomIfStuck();
  }

  // ---- dropped files --------------------------------------------------------------------------

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
      page.composer.addFiles([...event.dataTransfer.files]);
    });
  }

  find("jump").addEventListener("click", () => {
    toBottom();
    page.composer.focus();
  });
  find("scroller").addEventListener("scroll", onScroll, { passive: true });
  const watched = new ResizeObserver(toBottomIfStuck);
  watched.observe(find("scroller"));
  watched.observe(find("log"));
  wireDrop();

  return { draw, focus, jumpToQuoted, keepToBottom, toBottom };
}
