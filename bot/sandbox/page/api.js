// The page's calls to its own server: POST up, server-sent events down. Knows nothing of the DOM.

async function answer(response) {
  const said = await response.json().catch(() => ({}));
  // An empty message: the page has its own words for what the server could not explain.
  if (!response.ok) throw new Error(said.error || "");
  return said;
}

const post = async (path, said) =>
  answer(
    await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(said),
    }),
  );

export const loadState = async () => answer(await fetch("state"));
export const sendText = (said) => post("send", said);
export const editText = (said) => post("edit", said);
export const forward = (said) => post("forward", said);
export const press = (said) => post("press", said);
export const pay = (said) => post("pay", said);
export const payLink = (said) => post("pay_link", said);
export const invoiceAt = async (url) => answer(await fetch(`invoice?${new URLSearchParams({ url })}`));
export const setSpeed = (speed) => post("speed", { speed });
export const fileUrl = (fileId) => `file/${encodeURIComponent(fileId)}`;

// Each start of the demo has an address of its own; the old one is not found any more.
const isGone = async () => (await fetch("state").catch(() => null))?.status === 404;

export async function commandsFor({ chat_id, user_id, language_code }) {
  const query = new URLSearchParams({ chat_id, user_id, language_code: language_code || "" });
  return answer(await fetch(`commands?${query}`));
}

export async function sendFiles(said, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(said)) {
    if (value !== null && value !== undefined) form.append(name, value);
  }
  for (const file of files) form.append("files", file, file.name);
  return answer(await fetch("upload", { method: "POST", body: form }));
}

// `onHello` is called at every (re)connection, when the whole state must be loaded again;
// `onMoved` when somebody answers there who does not know this page.
export function listen({ onHello, onEvent, onLost, onMoved }) {
  const source = new EventSource("events");
  source.addEventListener("hello", onHello);
  source.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    onLost();
    // A server that answered with an error ends the browser's own retries.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen({ onHello, onEvent, onLost, onMoved }), 2000);
    isGone().then((gone) => gone && onMoved());
  });
}
