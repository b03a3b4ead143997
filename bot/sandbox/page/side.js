// The side of the page: who is acting, their chats, the dial of speeds.
//
// `page` is what it needs of the page: become(userId), openChat(chatId), draw().

import { setSpeed } from "./api.js";
import { arrange, avatar, badge, el, find, row } from "./dom.js";
import { starsText } from "./invoice.js";
import { authorOf, clock, nameOf, serviceText, summaryOf } from "./message.js";
import { say } from "./saying.js";
import { acting, actionIn, faceOf, isGroup, locale, me, messagesIn, titleOf, unread, unreadOf, words, world } from "./state.js";

export function makeSide(page) {
  function draw() {
    drawUsers();
    drawStars();
    drawChats();
    drawSpeeds();
  }

  function drawUsers() {
    const list = world.users.map((each) => {
      const { user } = each;
      const count = user.id === acting.userId ? 0 : unreadOf(each);
      const make = () =>
        el("button", { class: "user", type: "button", "data-testid": `user-${user.id}`, onclick: () => page.become(user.id) });
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

  function drawStars() {
    const stars = starsText(world.stars.get(acting.userId) ?? 0, locale());
    const node = find("stars");
    if (node.textContent !== stars) node.textContent = stars;
    node.title = words().stars;
    node.setAttribute("aria-label", `${words().stars}: ${stars}`);
  }

  function drawChats() {
    const last = (each) => messagesIn(each.id).at(-1);
    const order = [...me().chats].sort((a, b) => (last(b)?.date || 0) - (last(a)?.date || 0));
    arrange(find("chats"), order.map((each) => chatRow(each, last(each))));
  }

  function chatRow(each, message) {
    const count = unread(acting.userId, messagesIn(each.id));
    const action = actionIn(each);
    const make = () => el("button", { class: "chat", type: "button", "data-testid": `chat-${each.id}`, onclick: () => page.openChat(each.id) });
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
    page.draw();
  }

  return { draw };
}
