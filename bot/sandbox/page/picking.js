// Choosing one of a person's chats, as when a message is passed on.

import { avatar, el, find, icon } from "./dom.js";
import { faceOf, titleOf, words } from "./state.js";

export function pickChat(title, chats, then) {
  const dialog = find("pick");
  const choose = (each) => () => {
    dialog.close();
    then(each.id);
  };
  const row = (each) =>
    el("button", { class: "chat", type: "button", "data-testid": `pick-${each.id}`, onclick: choose(each) }, avatar(faceOf(each), titleOf(each)), el("strong", {}, titleOf(each)));
  const close = el("button", { class: "icon", type: "button", "aria-label": words().cancel, onclick: () => dialog.close() }, icon("close", 20));
  dialog.replaceChildren(el("header", {}, el("h2", { id: "pick-title" }, title), close), ...chats.map(row));
  dialog.showModal();
}
