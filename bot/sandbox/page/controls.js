// What of a message is pressed to act on it: its quote, its reply and forward buttons, its inline keyboard.
// `view` as in render.js.

import { fileUrl } from "./api.js";
import { el, fill, hueOf, icon } from "./dom.js";
import { isAddress } from "./links.js";
import { authorOf, fitting, placeKey, pressKey, summaryOf } from "./message.js";

export function quote(quoted, view) {
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

export function replyButton(message, view) {
  const label = view.words.replyTo(authorOf(message));
  return el(
    "button",
    { class: "icon reply", type: "button", "data-testid": "reply", "aria-label": label, title: view.words.reply, onclick: () => view.on.reply(message.message_id) },
    icon("reply", 18),
  );
}

export function forwardButton(message, view) {
  const label = view.words.forward;
  return el(
    "button",
    { class: "icon forward", type: "button", "data-testid": "forward", "aria-label": label, title: label, onclick: () => view.on.forward(message.message_id) },
    icon("forward", 18),
  );
}

// ---- inline keyboard --------------------------------------------------------------------------

export function fillKeyboard(slot, message, view) {
  const rows = message.reply_markup?.inline_keyboard || [];
  const focused = slot.contains(document.activeElement) ? [...slot.querySelectorAll("button")].indexOf(document.activeElement) : -1;
  const isPaid = view.receipts.has(placeKey(message));
  fill(slot, JSON.stringify([rows, isPaid, view.locale]), () => rows.map((row) => el("div", { class: "keys" }, row.map((button) => key(message, button, view)))));
  const keys = [...slot.querySelectorAll("button")];
  if (focused >= 0 && !slot.contains(document.activeElement)) keys[Math.min(focused, keys.length - 1)]?.focus();
  for (const node of keys) node.setAttribute("aria-busy", view.waiting.has(node.pressKey));
}

function key(message, button, view) {
  const face = [el("span", {}, button.text), button.url ? icon("link", 12) : button.copy_text ? icon("copy", 12) : null];
  const node = el("button", { class: "key", type: "button", "data-testid": "button", title: button.url || button.text }, face);
  if (button.url && isAddress(button.url)) {
    node.setAttribute("role", "link");
    node.addEventListener("click", () => view.on.link(button.url));
  } else if (button.callback_data) {
    node.pressKey = pressKey(message, button);
    node.addEventListener("click", () => view.on.press(message.message_id, button));
  } else if (button.pay) {
    if (view.receipts.has(placeKey(message))) node.firstElementChild.textContent = view.words.receipt;
    node.addEventListener("click", () => view.on.pay(message));
  } else if (button.copy_text) {
    node.addEventListener("click", () => view.on.copy(button.copy_text.text));
  } else {
    node.disabled = true;
  }
  return node;
}
