// What the page says in its own words: its labels, toasts, the alert, the lost connection.

import { el, find, icon } from "./dom.js";
import { me, words } from "./state.js";

const TOAST_MS = 3500;
const OFFER_MS = 7000;

export function relabel() {
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

// `offer`, if any: {label, act}, a button beside the words.
export function say(text, offer = null) {
  const toast = el("p", { class: "toast", "data-testid": "toast" }, el("span", {}, text));
  const act = () => {
    toast.remove();
    offer.act();
  };
  if (offer) toast.append(el("button", { type: "button", "data-testid": "offer", onclick: act }, offer.label));
  find("toasts").replaceChildren(toast);
  setTimeout(() => toast.remove(), offer ? OFFER_MS : TOAST_MS);
}

// What was said to one person is not for the next.
export function hush() {
  find("toasts").replaceChildren();
  find("notices").replaceChildren();
}

// Something new in a chat that is not open; a click opens it.
export function notify(title, text, open) {
  const act = () => {
    notice.remove();
    open();
  };
  const notice = el("button", { class: "notice", type: "button", "data-testid": "notice", onclick: act }, el("strong", {}, title), el("span", {}, text));
  find("notices").replaceChildren(notice);
  setTimeout(() => notice.remove(), OFFER_MS);
}

export function tellLost(how) {
  const banner = find("offline");
  banner.hidden = false;
  // Between two tries the connection is merely lost again: what is known stays said.
  if (how === "moved") banner.dataset.says = how;
  banner.textContent = words()[banner.dataset.says || how];
}

export function tellBack() {
  find("offline").hidden = true;
  delete find("offline").dataset.says;
}

export function showAlert(text) {
  find("alert").querySelector("p").textContent = text;
  if (!find("alert").open) find("alert").showModal();
}

export async function copy(text, offer = null) {
  await navigator.clipboard?.writeText(text).catch(() => null);
  say(words().copied, offer);
}
