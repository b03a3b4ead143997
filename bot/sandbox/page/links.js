// What an address in a message means here. Nothing is ever opened outside of the demo.

// The word of `https://t.me/BOT?start=WORD` ("" without one), or null: it does not lead to the bot.
export function startIn(url, botName) {
  if (!URL.canParse(url)) return null;
  const { protocol, host, pathname, searchParams } = new URL(url);
  const isBots = pathname.slice(1).toLowerCase() === botName.toLowerCase();
  if (!["https:", "http:"].includes(protocol) || host !== "t.me" || !isBots) return null;
  return searchParams.get("start") || "";
}

export const isAddress = (url) => URL.canParse(url) && ["https:", "http:"].includes(new URL(url).protocol);

export const isCommandLine = (text) => /^\/[a-z]/i.test(text) && !text.includes("\n");
