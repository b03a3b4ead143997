// The commands behind "/": listed while one is being typed. A click or Enter sends one, as in
// Telegram; Tab only takes it, to be completed.
//
// `desk` as in composer.js; `line` is the line being written: put(text), submit().

import { commandsFor } from "./api.js";
import { el, find } from "./dom.js";

export function makeMenu(desk, text, line) {
  const list = find("menu");
  let shown = [];
  let active = 0;

  async function follow() {
    const before = text.value;
    const typed = /^\/\w*$/.test(before) ? before.slice(1).toLowerCase() : null;
    if (typed === null) return close();
    const { chat_id } = desk.place();
    const commands = await commandsFor(desk.place()).catch(() => []);
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
          send(each);
        },
      },
      el("strong", {}, `/${each.command}`),
      el("span", {}, each.description),
    );

  function pick(each) {
    const { isGroup, botName } = desk.place();
    line.put(`/${each.command}${isGroup ? `@${botName}` : ""} `);
    close();
  }

  function send(each) {
    pick(each);
    line.submit();
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
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      active = (active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      show();
    } else if (event.key === "Tab") {
      pick(shown[active]);
    } else if (event.key === "Enter") {
      send(shown[active]);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  function open() {
    line.put("/");
    return follow();
  }

  return { follow, open, close, onKey };
}
