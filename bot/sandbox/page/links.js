// What an address in a message means here. Nothing is ever opened outside of the demo.

// The word of `https://t.me/BOT?start=WORD` ("" without one), or null: it does not lead to the bot.
export function startIn(url, botName) {
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname, searchParams } = new URL(url);
  const isBots = pathname.slice(1).toLowerCase() === botName.toLowerCase();
  if (!["https:", "http:"].includes(protocol) || host !== "t.me" || !isBots) return null;
  return searchParams.get("start") || "";
}

export const isInvoiceLink = (url) => /^https:\/\/t\.me\/\$[\w-]+$/.test(url);

const SUPERGROUPS = 1e12; // taken from a supergroup's id to make the number in its addresses
const GENERAL = 1;

// The forum's topic that `https://t.me/c/NUMBER/TOPIC` leads to, as {chatId, threadId}; or null.
export function topicIn(url) {
  const [, number, topic] = (url.match(/^https?:\/\/t\.me\/c\/(\d+)\/(\d+)$/) || []).map(Number);
  if (!number) return null;
  return { chatId: -SUPERGROUPS - number, threadId: topic === GENERAL ? null : topic };
}

export const isAddress = (url) => URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);

export const isCommandLine = (text) => /^\/[a-z]/i.test(text) && !text.includes("\n");
