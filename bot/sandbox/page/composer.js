// The line at the bottom: text, reply and edit bar, attached files, the menu of commands.
//
// `desk` is what it needs of the page: place() -> {user_id, chat_id, thread_id, language_code,
// botName, isGroup}, words(), limits(), ownLast(), say(text), sent().

import { commandsFor, editText, sendFiles, sendText } from "./api.js";
import { el, find, icon } from "./dom.js";
import { authorOf, sizeText, summaryOf } from "./message.js";

export function makeComposer(desk) {
  const text = find("text");
  const drafts = new Map();
  let here = null;
  let answering = null; // {kind: "reply" | "edit", message}
  let files = [];
  let asFile = false;
  const menu = makeMenu(desk, text, grow);

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
    menu.close();
    grow();
  }

  // ---- reply and edit bar -------------------------------------------------

  function showAnswering() {
    const bar = find("answering");
    bar.hidden = !answering;
    bar.dataset.testid = answering?.kind === "edit" ? "edit-bar" : "reply-bar";
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

  function reply(message) {
    if (answering?.kind === "edit") text.value = "";
    answering = { kind: "reply", message };
    showAnswering();
    text.focus();
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
    const { user_id, chat_id, thread_id } = desk.place();
    const place = { user_id, chat_id, thread_id };
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

  async function sendNow(said) {
    const { user_id, chat_id, thread_id } = desk.place();
    desk.sent();
    await sendText({ user_id, chat_id, thread_id, text: said }).catch((error) => desk.say(error.message || desk.words().failed));
  }

  // ---- the line itself ----------------------------------------------------

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
    markSendable();
  }

  function markSendable() {
    find("send").classList.toggle("ready", Boolean(text.value.trim() || files.length));
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
    text.placeholder = words.write;
    text.setAttribute("aria-label", words.write);
    for (const [id, word, sign] of [["attach", words.attach, "attach"], ["send", words.send, "send"]]) {
      find(id).setAttribute("aria-label", word);
      find(id).title = word;
      find(id).replaceChildren(icon(sign));
    }
    find("menu").setAttribute("aria-label", words.commands);
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
  find("attach").addEventListener("click", () => find("picker").click());
  find("picker").addEventListener("change", (event) => {
    addFiles([...event.target.files]);
    event.target.value = "";
  });

  return { moveTo, reply, addFiles, sendNow, escape, label, focus: () => text.focus() };
}

function makeMenu(desk, text, grow) {
  const list = find("menu");
  let shown = [];
  let active = 0;

  async function follow() {
    const before = text.value;
    const typed = /^\/\w*$/.test(before) ? before.slice(1).toLowerCase() : null;
    if (typed === null) return close();
    const { chat_id, language_code } = desk.place();
    const commands = await commandsFor(chat_id, language_code).catch(() => []);
    // The answer may come after the person typed on, sent it or left.
    if (text.value !== before || desk.place().chat_id !== chat_id) return null;
    shown = commands.filter((each) => each.command.startsWith(typed));
    active = 0;
    show();
    return null;
  }

  function show() {
    list.hidden = !shown.length;
    text.setAttribute("aria-expanded", Boolean(shown.length));
    list.replaceChildren(...shown.map(row));
    if (!shown.length) return text.removeAttribute("aria-activedescendant");
    text.setAttribute("aria-activedescendant", `command-${active}`);
    return list.children[active].scrollIntoView({ block: "nearest" });
  }

  const row = (each, i) =>
    el(
      "li",
      {
        id: `command-${i}`,
        role: "option",
        "aria-selected": `${i === active}`,
        // Before the click, so that the text keeps the focus.
        onmousedown: (event) => {
          event.preventDefault();
          pick(each);
        },
      },
      el("strong", {}, `/${each.command}`),
      el("span", {}, each.description),
    );

  function pick(each) {
    const { isGroup, botName } = desk.place();
    text.value = `/${each.command}${isGroup ? `@${botName}` : ""} `;
    close();
    grow();
  }

  function close() {
    const wasOpen = shown.length > 0;
    shown = [];
    show();
    return wasOpen;
  }

  // True when the key was the menu's.
  function onKey(event) {
    if (!shown.length || event.shiftKey) return false;
    const typedWhole = shown[active].command === text.value.slice(1).toLowerCase();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      active = (active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      show();
    } else if (event.key === "Tab" || (event.key === "Enter" && !typedWhole)) {
      pick(shown[active]);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  return { follow, close, onKey };
}
