// Messages (Bot API JSON) as bubbles. Keeps every bubble's node, so an edit changes only what it edits.
//
// `view` is what a bubble must know beside its message:
//   me, bot (User), words, locale, isGroup, isAdmin(message), seenTo (message_id),
//   waiting (Set of pressed buttons), reactions (Map of "chat/message" to emoji), receipts (Set of the same),
//   on: {reply, forward, press, pay, open, quote, copy, command, link, words}

import { fillKeyboard, forwardButton, quote, replyButton } from "./controls.js";
import { arrange, avatar, el, fill, hueOf, icon } from "./dom.js";
import { formatted } from "./formatting.js";
import { invoiceCard } from "./invoice.js";
import { fillMedia, setWidth } from "./media.js";
import { authorOf, bodyOf, clock, entitiesOf, forwardedFrom, mediaKind, quotedIn, serviceText, sideOf } from "./message.js";

const GROUPED_S = 300;

// ---- the whole log ----------------------------------------------------------------------------

// `kept` is a Map that lives as long as this conversation is open.
export function renderLog(log, messages, view, kept) {
  const items = itemsOf(messages);
  const nodes = [];
  let day = null;
  items.forEach((item, i) => {
    const date = new Date(item.messages[0].date * 1000);
    if (date.toDateString() !== day) {
      day = date.toDateString();
      nodes.push(keep(kept, `day ${day}`, () => el("div", { class: "day" }, dayText(date, view))));
    }
    const place = {
      first: !follows(items[i - 1], item),
      last: !follows(item, items[i + 1]),
    };
    const node = keep(kept, item.key, () => emptyMessage(item));
    updateMessage(node, item, place, view);
    nodes.push(node);
  });
  arrange(log, nodes);
}

function itemsOf(messages) {
  const items = [];
  for (const message of messages) {
    const album = message.media_group_id;
    const before = items.at(-1);
    if (album && before?.album === album) before.messages.push(message);
    else items.push({ key: album ? `album ${message.message_id}` : `${message.message_id}`, album, messages: [message] });
  }
  return items;
}

function follows(one, next) {
  if (!one || !next) return false;
  const a = one.messages.at(-1);
  const b = next.messages[0];
  const sender = (m) => m.sender_chat?.id ?? m.from?.id;
  const sameDay = new Date(a.date * 1000).toDateString() === new Date(b.date * 1000).toDateString();
  return sender(a) === sender(b) && sameDay && b.date - a.date < GROUPED_S;
}

function keep(kept, key, build) {
  if (!kept.has(key)) kept.set(key, build());
  return kept.get(key);
}

function dayText(date, view) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return view.words.today;
  if (days === 1) return view.words.yesterday;
  return date.toLocaleDateString(view.locale, { day: "numeric", month: "long" });
}

// ---- one bubble -------------------------------------------------------------------------------

function emptyMessage(item) {
  const slots = {};
  for (const name of ["author", "origin", "quote", "media", "invoice", "text", "meta", "reaction"]) slots[name] = el("div", { class: name });
  const bubble = el("div", { class: "bubble" }, Object.values(slots));
  slots.face = el("div", { class: "face" });
  slots.keyboard = el("div", { class: "keyboard" });
  slots.tools = el("div", { class: "tools" });
  const column = el("div", { class: "column" }, bubble, slots.keyboard);
  const node = el("article", { class: "message" }, slots.face, column, slots.tools);
  node.slots = slots;
  node.column = column;
  if (!item.album) {
    node.dataset.testid = `message-${item.messages[0].message_id}`;
    node.dataset.messageId = item.messages[0].message_id;
  }
  return node;
}

function updateMessage(node, item, place, view) {
  const message = item.messages[0];
  const service = serviceText(message, view.words);
  const side = sideOf(message, view);
  const captioned = item.messages.find(bodyOf) || message;
  const kind = item.album ? "album" : mediaKind(message);
  node.dataset.from = side;
  node.className = ["message", `from-${side}`, service && "service", place.first && "first", place.last && "last", kind && `with-${kind}`, bodyOf(captioned) && "with-text", view.isGroup && "in-group"].filter(Boolean).join(" ");
  if (service) {
    fill(node.slots.text, service, () => service);
    for (const name of ["face", "author", "origin", "quote", "media", "invoice", "meta", "reaction", "keyboard", "tools"]) fill(node.slots[name], "", () => null);
    return;
  }
  const { slots } = node;
  const lang = view.locale;
  node.setAttribute("aria-label", side === "me" ? view.words.you : authorOf(message));
  setWidth(node, item, kind);
  const author = view.isGroup && side !== "me" ? authorOf(message) : "";
  fill(slots.author, `${author} ${place.first} ${view.isAdmin(message)} ${lang}`, () => (author && place.first ? authorLine(message, author, view) : null));
  fill(slots.face, `${author} ${place.last}`, () => (author && place.last ? avatar((message.sender_chat || message.from).id, author) : null));
  const origin = forwardedFrom(message);
  fill(slots.origin, origin && `${origin} ${lang}`, () => (origin ? view.words.forwardedFrom(origin) : null));
  const quoted = quotedIn(message);
  fill(slots.quote, quoted ? JSON.stringify([quoted, lang]) : "", () => (quoted ? quote(quoted, view) : null));
  fillMedia(slots.media, item, kind, view);
  fill(slots.invoice, message.invoice ? JSON.stringify([message.invoice, lang]) : "", () => message.invoice && invoiceCard(message.invoice, view));
  fill(slots.text, JSON.stringify([bodyOf(captioned), entitiesOf(captioned), lang]), () => formatted(bodyOf(captioned), entitiesOf(captioned), view.on));
  const reaction = view.reactions.get(`${message.chat.id}/${message.message_id}`) || "";
  fill(slots.reaction, reaction, () => (reaction ? el("span", { "data-testid": "reaction" }, reaction) : null));
  fillMeta(slots.meta, item.messages.at(-1), side, view);
  fillKeyboard(slots.keyboard, message, view);
  fill(slots.tools, `${item.album || ""}${kind}${lang}`, () => (item.album ? null : [replyButton(message, view), kind && forwardButton(message, view)]));
}

function authorLine(message, author, view) {
  const name = el("span", { vars: { "--hue": hueOf((message.sender_chat || message.from).id)[1] } }, author);
  return [name, view.isAdmin(message) ? el("small", {}, view.words.admin) : null];
}

function fillMeta(slot, message, side, view) {
  const seen = side === "me" && message.message_id < view.seenTo;
  const key = JSON.stringify([message.date, message.edit_date, side, seen, view.locale]);
  fill(slot, key, () => [
    message.edit_date && side === "me" ? el("span", {}, view.words.edited) : null,
    el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message, view)),
    side === "me" ? tick(seen, view) : null,
  ]);
}

function tick(seen, view) {
  const says = seen ? view.words.answered : view.words.sent;
  return el("span", { class: "tick", role: "img", "aria-label": says, title: says }, icon(seen ? "read" : "sent", 16, 18));
}
