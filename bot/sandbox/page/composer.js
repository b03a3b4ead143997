// The line at the bottom: text, reply and edit bar, attached files.
//
// `desk` is what it needs of the page: place() -> {user_id, chat_id, thread_id, language_code,
// botName, isGroup, as_chat}, voice() -> {isOffered, isGroups, title}, changeVoice(), words(),
// limits(), ownLast(), say(text), sent().

import { editText, sendFiles, sendText } from "./api.js";
import { el, find, icon } from "./dom.js";
import { makeMenu } from "./menu.js";
import { authorOf, sizeText, summaryOf } from "./message.js";

export function makeComposer(desk) {
  const text = find("text");
  const drafts = new Map();
  let here = null;
  let answering = null; // {kind: "reply" | "edit", message, placeholder}
  let files = [];
  let asFile = false;
  const menu = makeMenu(desk, text, { put, submit });

  // ---- drafts, one per person and chat ------------------------------------

  function moveTo(key) {
    if (key === here) return;
    if (here && answering?.kind !== "edit") drafts.set(here, { said: text.value, answering });
    here = key;
    const draft = drafts.get(key) || { said: "", answering: null };
    text.value = draft.said;
    answering = draft.answering;
    dropFiles();
    showAnswering();
    showVoice();
    menu.close();
    grow();
  }

  // An admin may hide behind the group: what is said then comes from the group itself.
  function showVoice() {
    const { isOffered, isGroups, title } = desk.voice();
    const says = isGroups ? desk.words().asGroup(title) : desk.words().asMyself;
    const button = find("voice");
    button.hidden = !isOffered;
    button.setAttribute("aria-pressed", isGroups);
    button.setAttribute("aria-label", says);
    button.title = says;
    button.replaceChildren(icon("mask"));
  }

  // ---- reply and edit bar -------------------------------------------------

  function showAnswering() {
    const bar = find("answering");
    bar.hidden = !answering;
    bar.dataset.testid = answering?.kind === "edit" ? "edit-bar" : "reply-bar";
    text.placeholder = answering?.placeholder || (desk.voice().isGroups ? desk.words().writeAsGroup : desk.words().write);
    if (!answering) return;
    const words = desk.words();
    const isEdit = answering.kind === "edit";
    bar.querySelector(".sign").replaceChildren(icon(isEdit ? "pencil" : "reply", 22));
    bar.querySelector(":scope > div > strong").textContent = isEdit ? words.editing : words.replyTo(authorOf(answering.message));
    bar.querySelector(":scope > div > span").textContent = summaryOf(answering.message, words);
    const cancel = bar.querySelector("button");
    cancel.setAttribute("aria-label", words.cancel);
    cancel.replaceChildren(icon("close", 20));
  }

  // `placeholder`: what a bot that asks for this reply writes into the empty line.
  function reply(message, placeholder = "") {
    if (answering?.kind === "edit") text.value = "";
    answering = { kind: "reply", message, placeholder };
    showAnswering();
    text.focus();
  }

  // What was deleted meanwhile can be answered no more.
  function keepTo(messages) {
    if (answering && !messages?.has(answering.message.message_id)) stopAnswering();
  }

  function startEdit() {
    const message = desk.ownLast();
    if (!message) return;
    answering = { kind: "edit", message };
    text.value = message.text ?? message.caption;
    showAnswering();
    grow();
  }

  function stopAnswering() {
    if (answering?.kind === "edit") text.value = "";
    answering = null;
    showAnswering();
    grow();
  }

  // ---- attached files -----------------------------------------------------

  function addFiles(added) {
    const { max_album: most, max_upload_bytes: bytes } = desk.limits();
    const all = [...files.map((entry) => entry.file), ...added];
    if (all.length > most) return desk.say(desk.words().tooMany(most));
    if (all.reduce((sum, file) => sum + file.size, 0) > bytes) return desk.say(desk.words().tooBig);
    files.push(...[...added].map((file) => ({ file, url: file.type.startsWith("image/") ? URL.createObjectURL(file) : null })));
    showFiles();
    text.focus();
  }

  function dropFiles() {
    files.forEach((entry) => entry.url && URL.revokeObjectURL(entry.url));
    files = [];
    showFiles();
  }

  function showFiles() {
    const tray = find("tray");
    const words = desk.words();
    tray.hidden = !files.length;
    const box = el("input", { type: "checkbox", onchange: (event) => (asFile = event.target.checked) });
    box.checked = asFile;
    tray.replaceChildren(...files.map(fileTile), el("label", {}, box, words.asFile));
    markSendable();
  }

  function fileTile(entry) {
    const { file, url } = entry;
    const remove = () => {
      if (url) URL.revokeObjectURL(url);
      files = files.filter((each) => each !== entry);
      showFiles();
      text.focus();
    };
    return el(
      "div",
      { class: "attached", title: file.name },
      url ? el("img", { src: url, alt: file.name }) : el("span", {}, el("strong", {}, file.name), sizeText(file.size)),
      el("button", { class: "icon", type: "button", "aria-label": desk.words().remove(file.name), onclick: remove }, icon("close", 14)),
    );
  }

  // ---- sending ------------------------------------------------------------

  async function submit() {
    const said = text.value.trim();
    if (!said && !files.length) return;
    const { user_id, chat_id, thread_id, as_chat } = desk.place();
    const place = { user_id, chat_id, thread_id, as_chat };
    const before = { said: text.value, answering, files, asFile };
    text.value = "";
    answering = null;
    files = [];
    asFile = false;
    showAnswering();
    showFiles();
    menu.close();
    grow();
    try {
      await deliver(place, said, before);
      before.files.forEach((entry) => entry.url && URL.revokeObjectURL(entry.url));
    } catch (error) {
      desk.say(error.message || desk.words().failed);
      restore(place, before);
    }
  }

  function deliver(place, said, before) {
    if (before.answering?.kind === "edit") {
      return editText({ ...place, message_id: before.answering.message.message_id, text: said });
    }
    desk.sent();
    const where = { ...place, reply_to: before.answering?.message.message_id };
    if (!before.files.length) return sendText({ ...where, text: said });
    const form = { ...where, caption: said || null, as_document: before.asFile || null };
    return sendFiles(form, before.files.map((entry) => entry.file));
  }

  // What could not be sent comes back, unless the person already went on typing or elsewhere.
  function restore(place, before) {
    const now = desk.place();
    if (text.value || files.length || now.chat_id !== place.chat_id || now.user_id !== place.user_id) return;
    ({ answering, files, asFile } = before);
    text.value = before.said;
    showAnswering();
    showFiles();
    grow();
  }

  function put(said) {
    text.value = said;
    text.focus();
    grow();
  }

  async function sendNow(said) {
    const { user_id, chat_id, thread_id, as_chat } = desk.place();
    desk.sent();
    await sendText({ user_id, chat_id, thread_id, as_chat, text: said }).catch((error) => desk.say(error.message || desk.words().failed));
  }

  // ---- the line itself ----------------------------------------------------

  function grow() {
    markSendable(); // first: it changes how wide the line is
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
  }

  function markSendable() {
    const ready = Boolean(text.value.trim() || files.length);
    find("send").classList.toggle("ready", ready);
    find("slash").hidden = ready;
  }

  function onKey(event) {
    // While an input method composes (Vietnamese telex), Enter belongs to it.
    if (event.isComposing || event.keyCode === 229) return;
    if (menu.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !text.value && !files.length) {
      event.preventDefault();
      startEdit();
    }
  }

  // True when Esc had something to cancel here.
  function escape() {
    if (menu.close()) return true;
    if (answering) {
      stopAnswering();
      return true;
    }
    if (!files.length) return false;
    dropFiles();
    return true;
  }

  function label() {
    const words = desk.words();
    text.setAttribute("aria-label", words.write);
    for (const [id, word, sign] of [["attach", words.attach, "attach"], ["slash", words.commands, "slash"], ["send", words.send, "send"]]) {
      find(id).setAttribute("aria-label", word);
      find(id).title = word;
      find(id).replaceChildren(icon(sign));
    }
    find("menu").setAttribute("aria-label", words.commands);
    showVoice();
    showAnswering();
    showFiles();
  }

  text.addEventListener("keydown", onKey);
  text.addEventListener("input", () => {
    grow();
    menu.follow();
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    addFiles([...event.clipboardData.files]);
  });
  find("composer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  find("answering").querySelector("button").addEventListener("click", () => {
    stopAnswering();
    text.focus();
  });
  find("slash").addEventListener("click", menu.open);
  find("voice").addEventListener("click", () => {
    desk.changeVoice();
    showVoice();
    showAnswering();
    text.focus();
  });
  find("attach").addEventListener("click", () => find("picker").click());
  find("picker").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = "";
  });

  return { moveTo, reply, keepTo, addFiles, put, sendNow, escape, label, focus: () => text.focus() };
}
