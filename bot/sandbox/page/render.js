// Messages (Bot API JSON) as bubbles. Keeps every bubble's node, so an edit changes only what it edits.
//
// `view` is what a bubble must know beside its message:
//   me, bot (User), words, locale, isGroup, seenTo (message_id), waiting (Set of pressed buttons),
//   on: {reply, press, open, quote, copy, command, words}

import { fileUrl } from "./api.js";
import { arrange, avatar, el, fill, hueOf, icon } from "./dom.js";
import { formatted, isSafeLink } from "./formatting.js";

const GROUPED_S = 300;
const PHOTO = { width: 400, height: 440, least: 220 };

// ---- what a message is ------------------------------------------------------------------------

export const nameOf = (from) => [from.first_name, from.last_name].filter(Boolean).join(" ");

export const authorOf = (message) =>
  message.sender_chat ? message.sender_chat.title || "" : nameOf(message.from || {});

const isAnonymous = (message) => Boolean(message.sender_chat);

export function sideOf(message, view) {
  if (isAnonymous(message)) return "other";
  if (message.from?.id === view.me.id) return "me";
  return message.from?.id === view.bot.id ? "bot" : "other";
}

const bodyOf = (message) => message.text ?? message.caption ?? "";
const entitiesOf = (message) => message.entities || message.caption_entities || [];
const largest = (sizes) => sizes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));

function fitting(sizes, width) {
  const wide = sizes.filter((size) => size.width >= width);
  return wide.length ? wide.reduce((a, b) => (a.width <= b.width ? a : b)) : largest(sizes);
}

export function serviceText(message, words) {
  if (message.forum_topic_created) return words.topicMade(message.forum_topic_created.name);
  if (message.new_chat_members) return words.joined(message.new_chat_members.map(nameOf).join(", "));
  if (message.left_chat_member) return words.left(nameOf(message.left_chat_member));
  if (message.pinned_message) return words.pinned;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return words.migrated;
  if (message.successful_payment) return words.paid;
  if (message.text || message.caption || mediaKind(message)) return null;
  return words.unsupported;
}

const MEDIA = ["photo", "video", "animation", "document"];
// An animation also carries a document; the more telling one wins by its order.
const mediaKind = (message) => MEDIA.find((kind) => message[kind]) || null;

export function summaryOf(message, words) {
  const body = bodyOf(message).replace(/\s+/g, " ").trim();
  if (body) return body;
  const kind = mediaKind(message);
  if (kind === "photo") return words.photo;
  if (kind === "document") return message.document.file_name || words.file;
  return kind ? words.video : serviceText(message, words) || "";
}

export const clock = (message, view) =>
  new Date(message.date * 1000).toLocaleTimeString(view.locale, { hour: "2-digit", minute: "2-digit" });

export function sizeText(bytes, locale) {
  if (!bytes) return "";
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, "MB"] : [Math.max(bytes / 1e3, 0.1), "KB"];
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

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
  for (const name of ["author", "quote", "media", "text", "meta"]) slots[name] = el("div", { class: name });
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
    for (const name of ["face", "author", "quote", "media", "meta", "keyboard", "tools"]) fill(node.slots[name], "", () => null);
    return;
  }
  const { slots } = node;
  const lang = view.locale;
  node.setAttribute("aria-label", side === "me" ? view.words.you : authorOf(message));
  setWidth(node, item, kind);
  const author = view.isGroup && side !== "me" ? authorOf(message) : "";
  fill(slots.author, `${author} ${place.first}`, () => (author && place.first ? authorLine(message, author) : null));
  fill(slots.face, `${author} ${place.last}`, () => (author && place.last ? avatar((message.sender_chat || message.from).id, author) : null));
  const quoted = quotedIn(message);
  fill(slots.quote, quoted ? JSON.stringify([quoted, lang]) : "", () => (quoted ? quote(quoted, view) : null));
  fillMedia(slots.media, item, kind, view);
  fill(slots.text, JSON.stringify([bodyOf(captioned), entitiesOf(captioned), lang]), () => formatted(bodyOf(captioned), entitiesOf(captioned), view.on));
  fillMeta(slots.meta, item.messages.at(-1), side, view);
  fillKeyboard(slots.keyboard, message, view);
  fill(slots.tools, `${item.album || ""}${lang}`, () => (item.album ? null : replyButton(message, view)));
}

function authorLine(message, author) {
  return el("span", { vars: { "--hue": hueOf((message.sender_chat || message.from).id)[1] } }, author);
}

function quotedIn(message) {
  const quoted = message.reply_to_message;
  // Everything in a topic formally answers the message that made the topic.
  return quoted && !quoted.forum_topic_created ? quoted : null;
}

function quote(quoted, view) {
  const [, hue] = hueOf((quoted.sender_chat || quoted.from || { id: 0 }).id);
  const thumb = quoted.photo && el("img", { src: fileUrl(fitting(quoted.photo, 90).file_id), alt: "" });
  return el(
    "button",
    {
      class: "quoted",
      type: "button",
      "data-testid": "quote",
      title: view.words.toQuoted,
      vars: { "--hue": hue },
      onclick: () => view.on.quote(quoted.message_id),
    },
    thumb,
    el("span", {}, el("strong", {}, authorOf(quoted)), el("span", {}, summaryOf(quoted, view.words))),
  );
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

function replyButton(message, view) {
  const label = view.words.replyTo(authorOf(message));
  return el(
    "button",
    { class: "icon reply", type: "button", "data-testid": "reply", "aria-label": label, title: view.words.reply, onclick: () => view.on.reply(message.message_id) },
    icon("reply", 18),
  );
}

// ---- media ------------------------------------------------------------------------------------

function frameOf(message) {
  if (message.photo) return largest(message.photo);
  const moving = message.video || message.animation;
  if (!moving) return null;
  // A video sent without its size is shown in the shape most videos have.
  return moving.width && moving.height ? moving : { width: 16, height: 9, file_id: moving.file_id };
}

// The box keeps the picture's own ratio; only beyond narrow strips it gains bars, never a squeeze.
function boxOf({ width, height }) {
  const ratio = width / height;
  const wide = Math.max(PHOTO.least, Math.min(PHOTO.width, PHOTO.height * ratio));
  return { wide, ratio: wide / Math.max(90, Math.min(PHOTO.height, wide / ratio)) };
}

function setWidth(node, item, kind) {
  const frame = kind === "album" ? { width: 1, height: 1 } : frameOf(item.messages[0]);
  node.column.classList.toggle("sized", Boolean(frame));
  if (frame) node.column.style.setProperty("--wide", `${Math.round(kind === "album" ? PHOTO.width : boxOf(frame).wide)}px`);
}

function fillMedia(slot, item, kind, view) {
  if (kind === "album") {
    const key = JSON.stringify([item.messages.map((m) => [m.message_id, m.photo, m.video, m.document]), view.locale, view.me.id]);
    fill(slot, key, () => album(item.messages, view));
    return;
  }
  const message = item.messages[0];
  const key = kind ? JSON.stringify([kind, message[kind], view.locale]) : "";
  if (kind === "photo" && slot.filledWith && slot.filledWith !== key) {
    if (swapPhoto(slot, message)) {
      slot.filledWith = key;
      return;
    }
  }
  fill(slot, key, () => kind && BUILD[kind](message, view));
}

// A new preview of the same picture takes the old one's place only once it is decoded: no blink.
function swapPhoto(slot, message) {
  const shown = slot.querySelector(":scope > .photo > img");
  if (!shown) return false;
  const next = new Image();
  next.src = fileUrl(fitting(message.photo, PHOTO.width * 2).file_id);
  shown.parentNode.style.setProperty("--ratio", boxOf(largest(message.photo)).ratio);
  slot.comingPhoto = next.src;
  const show = () => slot.comingPhoto === next.src && shown.isConnected && (shown.src = next.src);
  next.decode().then(show, show);
  return true;
}

const BUILD = { photo, video, animation, document: fileRow };

function photo(message, view) {
  const size = fitting(message.photo, PHOTO.width * 2);
  return el(
    "button",
    {
      class: "photo",
      type: "button",
      "data-testid": "photo",
      "aria-label": view.words.openPhoto,
      vars: { "--ratio": boxOf(largest(message.photo)).ratio },
      onclick: (event) => view.on.open(message.message_id, event.currentTarget),
    },
    el("img", { src: fileUrl(size.file_id), alt: summaryOf(message, view.words), draggable: "false" }),
  );
}

function video(message, view) {
  const { video: asset } = message;
  const thumb = asset.thumbnail || asset.thumb;
  const player = el("video", {
    src: fileUrl(asset.file_id),
    poster: thumb ? fileUrl(thumb.file_id) : null,
    preload: "metadata",
    playsinline: true,
  });
  const play = el("button", { class: "play", type: "button", "data-testid": "play", "aria-label": view.words.play }, icon("play", 26));
  const length = el("span", { class: "badge" }, lengthText(asset.duration));
  play.addEventListener("click", () => {
    player.controls = true;
    play.remove();
    length.remove();
    player.play();
    player.focus();
  });
  return el("div", { class: "photo film", vars: { "--ratio": boxOf(frameOf(message)).ratio } }, player, play, length);
}

const lengthText = (seconds) => `${Math.floor((seconds || 0) / 60)}:${String(Math.round(seconds || 0) % 60).padStart(2, "0")}`;

function animation(message) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const player = el("video", { src: fileUrl(message.animation.file_id), loop: true, playsinline: true, controls: still });
  player.muted = true;
  player.autoplay = !still;
  return el("div", { class: "photo film", vars: { "--ratio": boxOf(frameOf(message)).ratio } }, player);
}

function fileRow(message, view) {
  const { document: asset } = message;
  const name = asset.file_name || view.words.file;
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  const thumb = asset.thumbnail || asset.thumb;
  const face = thumb
    ? el("img", { src: fileUrl(thumb.file_id), alt: "" })
    : el("span", { class: "ending" }, ending || icon("file"));
  return el(
    "a",
    { class: "file", "data-testid": "file", href: fileUrl(asset.file_id), download: name, "aria-label": `${view.words.download}: ${name}` },
    el("span", { class: "file-face" }, face, el("span", { class: "save" }, icon("save", 22))),
    el("span", { class: "file-words" }, el("strong", {}, name), el("span", {}, [sizeText(asset.file_size, view.locale), view.words.download].filter(Boolean).join(" · "))),
  );
}

// ---- albums -----------------------------------------------------------------------------------

const ROWS = { 1: [1], 2: [2], 3: [1, 2], 4: [2, 2], 5: [2, 3], 6: [3, 3], 7: [2, 2, 3], 8: [2, 3, 3], 9: [3, 3, 3], 10: [2, 2, 3, 3] };

function album(messages, view) {
  if (messages.some((message) => message.document)) {
    return messages.map((message) => el("div", { class: "tile line", ...tileMarks(message, view) }, fileRow(message, view), replyButton(message, view)));
  }
  const left = [...messages];
  const rows = (ROWS[messages.length] || [messages.length]).map((count) => mosaicRow(left.splice(0, count), view));
  return el("div", { class: "mosaic" }, rows);
}

function mosaicRow(messages, view) {
  // A crop is for the mosaic only: the lightbox shows the whole picture.
  const ratios = messages.map((message) => Math.min(1.8, Math.max(0.6, ratioOf(message))));
  const whole = Math.min(3, Math.max(1.25, ratios.reduce((a, b) => a + b, 0)));
  const tiles = messages.map((message, i) =>
    el(
      "div",
      { class: "tile", vars: { "--share": ratios[i] }, ...tileMarks(message, view) },
      message.photo ? photo(message, view) : video(message, view),
      replyButton(message, view),
    ),
  );
  return el("div", { class: "row", vars: { "--ratio": whole } }, tiles);
}

function ratioOf(message) {
  const frame = frameOf(message);
  return frame.width / frame.height;
}

const tileMarks = (message, view) => ({
  "data-testid": `message-${message.message_id}`,
  "data-message-id": message.message_id,
  "data-from": sideOf(message, view),
});

// ---- inline keyboard --------------------------------------------------------------------------

export const pressKey = (message, button) => `${message.chat.id}/${message.message_id}/${button.callback_data}`;

function fillKeyboard(slot, message, view) {
  const rows = message.reply_markup?.inline_keyboard || [];
  const focused = slot.contains(document.activeElement) ? [...slot.querySelectorAll("button, a")].indexOf(document.activeElement) : -1;
  fill(slot, JSON.stringify(rows), () => rows.map((row) => el("div", { class: "keys" }, row.map((button) => key(message, button, view)))));
  const keys = [...slot.querySelectorAll("button, a")];
  if (focused >= 0 && !slot.contains(document.activeElement)) keys[Math.min(focused, keys.length - 1)]?.focus();
  for (const node of keys) node.setAttribute("aria-busy", view.waiting.has(node.pressKey));
}

function key(message, button, view) {
  const face = [el("span", {}, button.text), button.url ? icon("link", 12) : null];
  if (button.url && isSafeLink(button.url)) {
    return el("a", { class: "key", "data-testid": "button", href: button.url, target: "_blank", rel: "noopener noreferrer" }, face);
  }
  const node = el("button", { class: "key", type: "button", "data-testid": "button" }, face);
  if (button.callback_data) {
    node.pressKey = pressKey(message, button);
    node.addEventListener("click", () => view.on.press(message.message_id, button));
  } else if (button.copy_text) {
    node.addEventListener("click", () => view.on.copy(button.copy_text.text));
  } else {
    node.disabled = true;
  }
  return node;
}
