// Message text with its entities as DOM. Offsets are UTF-16 units, as in JavaScript's own strings.

import { el } from "./dom.js";
import { isAddress } from "./links.js";

// `on` has: copy(text), command(text), link(url), and words.
export function formatted(text, entities, on) {
  const sorted = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return range(text, 0, text.length, sorted, on);
}

function range(text, start, end, entities, on) {
  const nodes = [];
  let at = start;
  let i = 0;
  while (i < entities.length) {
    const entity = entities[i];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    i += 1;
    if (to <= from) continue;
    if (from > at) nodes.push(text.slice(at, from));
    const inside = [];
    while (i < entities.length && entities[i].offset < to) inside.push(entities[i++]);
    nodes.push(...wrap(entity, text.slice(from, to), range(text, from, to, inside, on), on));
    at = to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

const PLAIN = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
};

function wrap(entity, text, inner, on) {
  if (PLAIN[entity.type]) return [el(PLAIN[entity.type], {}, inner)];
  switch (entity.type) {
    case "code":
      return [copyable("code", text, inner, on)];
    case "pre":
      return [copyable("pre", text, inner, on, entity.language)];
    case "text_link":
      return link(entity.url, inner, on);
    case "url":
      return link(text, inner, on);
    case "spoiler":
      return [spoiler(inner, on)];
    case "blockquote":
    case "expandable_blockquote":
      return [el("blockquote", {}, inner)];
    case "bot_command":
      return [el("button", { class: "inline", type: "button", onclick: () => on.command(text) }, inner)];
    case "mention":
    case "text_mention":
    case "hashtag":
      return [el("span", { class: "inline" }, inner)];
    default:
      return inner;
  }
}

function copyable(name, text, inner, on, language) {
  const copy = () => on.copy(text);
  return el(
    name,
    {
      class: "copyable",
      role: "button",
      tabindex: "0",
      title: on.words.copy,
      "data-language": language,
      onclick: copy,
      onkeydown: (event) => event.key === "Enter" && copy(),
    },
    inner,
  );
}

function link(url, inner, on) {
  if (!isAddress(url)) return inner;
  const open = () => on.link(url);
  return [el("button", { class: "inline link", type: "button", role: "link", title: url, "data-testid": "link", onclick: open }, inner)];
}

function spoiler(inner, on) {
  const reveal = (event) => {
    const node = event.currentTarget;
    node.classList.add("shown");
    node.removeAttribute("role");
    node.removeAttribute("tabindex");
  };
  return el(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: "0",
      title: on.words.spoiler,
      onclick: reveal,
      onkeydown: (event) => event.key === "Enter" && reveal(event),
    },
    el("span", {}, inner),
  );
}
