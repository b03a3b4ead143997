// Photos in full size over the page; arrows walk through the conversation's photos, Esc closes.

import { el, icon } from "./dom.js";

export function makeLightbox(dialog, words, fileUrl) {
  let photos = [];
  let at = 0;

  const best = (message) => message.photo.reduce((a, b) => (b.width > a.width ? b : a));

  function show(messages, messageId) {
    photos = messages;
    at = Math.max(0, photos.findIndex((each) => each.message_id === messageId));
    paint();
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-role=close]").focus();
  }

  function paint() {
    const message = photos[at];
    const url = fileUrl(best(message).file_id);
    const said = words();
    dialog.setAttribute("aria-label", said.photo);
    dialog.replaceChildren(
      el("img", { src: url, alt: message.caption || said.photo, onclick: (event) => event.stopPropagation() }),
      message.caption ? el("p", {}, message.caption) : "",
      el(
        "div",
        { class: "corner" },
        el("span", {}, photos.length > 1 ? `${at + 1} / ${photos.length}` : ""),
        el("a", { class: "icon", href: url, download: "", "aria-label": said.download }, icon("save")),
        el("button", { class: "icon", type: "button", "data-role": "close", "aria-label": said.close, onclick: () => dialog.close() }, icon("close")),
      ),
      at > 0 ? side("previous", -1) : "",
      at < photos.length - 1 ? side("next", 1) : "",
    );
  }

  function side(word, step) {
    const move = (event) => {
      event.stopPropagation();
      turn(step);
    };
    return el("button", { class: `icon side ${word}`, type: "button", "aria-label": words()[word], onclick: move }, icon(step > 0 ? "next" : "back"));
  }

  function turn(step) {
    if (!photos[at + step]) return;
    at += step;
    paint();
    dialog.querySelector("[data-role=close]").focus();
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    if (event.key === "ArrowRight") turn(1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return { show };
}
