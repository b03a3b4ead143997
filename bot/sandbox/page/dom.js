// Building elements without ever reading markup out of data.

export const find = (id) => document.getElementById(id);

// `el("p", {class: "x", onclick: f}, "text", node)`: strings become text nodes, null is left out.
export function el(name, attributes = {}, ...children) {
  return put(document.createElement(name), attributes, ...children);
}

const SVG = "http://www.w3.org/2000/svg";

export function put(node, attributes, ...children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "vars") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  forward: "M14 6l6 6-6 6M20 12h-9a7 7 0 0 0-7 7",
  slash: "M8 4h8a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4zM14 8l-4 8",
  mask: "M4 7c5-2 11-2 16 0v5c0 5-4 7-8 7s-8-2-8-7zM7.5 11.5h3M13.5 11.5h3",
  close: "M6 6l12 12M18 6L6 18",
  attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  send: "M4 12l16-8-5 16-4-6zM11 14l9-10",
  check: "M5 12.5l5 5L20 7",
  down: "M6 9l6 6 6-6",
  next: "M9 5l7 7-7 7",
  pencil: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  play: "M8 5l12 7-12 7z",
  link: "M8 16L16 8M9 8h7v7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  sent: "M3 9l3.5 3.5L13 5",
  read: "M1 9l3.5 3.5L11 5M8 12l.8.5L16 5",
};

export function icon(name, size = 24, box = 24) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  put(path, { d: SHAPES[name] });
  return put(
    svg,
    { viewBox: `0 0 ${box} ${box}`, width: size, height: size, class: `sign-${name}`, "aria-hidden": "true" },
    path,
  );
}

// Makes `parent` hold exactly `nodes`, moving only what is out of place (focus and play survive).
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null);
  });
}

// Rebuilds `slot` only when `key` differs from the last time, so that nothing else flickers.
export function fill(slot, key, build) {
  if (slot.filledWith === key) return;
  slot.filledWith = key;
  slot.replaceChildren(...[build()].flat().filter(Boolean));
  slot.hidden = !slot.hasChildNodes();
}

const rows = new Map();
// One node per key, refilled in place: focus stays where it is.
export function row(key, make, children) {
  if (!rows.has(key)) rows.set(key, make());
  const node = rows.get(key);
  const signature = JSON.stringify(children.signature);
  if (node.signature !== signature) {
    node.signature = signature;
    node.replaceChildren(...children.build().filter(Boolean));
  }
  return node;
}

export const badge = (count, label) => (count ? el("span", { class: "count", "aria-label": label(count) }, count) : null);

const HUES = [
  ["#ff8a5c", "#e8553f"], ["#7ac86a", "#3fa35b"], ["#62b7f5", "#2b7fd4"],
  ["#b48cf2", "#7d5bd6"], ["#f58ab0", "#d9527f"], ["#4fcfc4", "#239e9a"], ["#f5b84f", "#dd8a1f"],
];
export const hueOf = (id) => HUES[Math.abs(Number(id)) % HUES.length];

export function dressAvatar(node, id, title) {
  const [from, to] = hueOf(id);
  node.textContent = [...(title.trim() || "?")][0].toUpperCase();
  node.style.setProperty("--from", from);
  node.style.setProperty("--to", to);
  return node;
}
export const avatar = (id, title) =>
  dressAvatar(el("span", { class: "avatar", "aria-hidden": "true" }), id, title);
