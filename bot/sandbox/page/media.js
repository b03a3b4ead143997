// The pictures, films and files of a message, one by one and as an album. `view` as in render.js.

import { fileUrl } from "./api.js";
import { replyButton } from "./controls.js";
import { el, fill, icon } from "./dom.js";
import { fitting, frameOf, largest, ratioOf, sideOf, sizeText, summaryOf } from "./message.js";

const PHOTO = { width: 400, height: 500, least: 220 };

// The box keeps the picture's own ratio; only beyond narrow strips it gains bars, never a squeeze.
function boxOf({ width, height }) {
  const ratio = width / height;
  const wide = Math.max(PHOTO.least, Math.min(PHOTO.width, PHOTO.height * ratio));
  return { wide, ratio: wide / Math.max(90, Math.min(PHOTO.height, wide / ratio)) };
}

export function setWidth(node, item, kind) {
  const frame = kind === "album" ? { width: 1, height: 1 } : frameOf(item.messages[0]);
  node.column.classList.toggle("sized", Boolean(frame));
  if (frame) node.column.style.setProperty("--wide", `${Math.round(kind === "album" ? PHOTO.width : boxOf(frame).wide)}px`);
}

export function fillMedia(slot, item, kind, view) {
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

const tileMarks = (message, view) => ({
  "data-testid": `message-${message.message_id}`,
  "data-message-id": message.message_id,
  "data-from": sideOf(message, view),
});
