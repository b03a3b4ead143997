// What a message (Bot API JSON) is: whose, what it holds, how it is told in a line.
// Knows nothing of the DOM.

export const nameOf = (from) => [from.first_name, from.last_name].filter(Boolean).join(" ");

export const authorOf = (message) =>
  message.sender_chat ? message.sender_chat.title || "" : nameOf(message.from || {});

const isAnonymous = (message) => Boolean(message.sender_chat);

export function sideOf(message, view) {
  if (isAnonymous(message)) return "other";
  if (message.from?.id === view.me.id) return "me";
  return message.from?.id === view.bot.id ? "bot" : "other";
}

export const bodyOf = (message) => message.text ?? message.caption ?? "";
export const entitiesOf = (message) => message.entities || message.caption_entities || [];
export const largest = (sizes) => sizes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));

export function fitting(sizes, width) {
  const wide = sizes.filter((size) => size.width >= width);
  return wide.length ? wide.reduce((a, b) => (a.width <= b.width ? a : b)) : largest(sizes);
}

export function serviceText(message, words) {
  if (message.forum_topic_created) return words.topicMade(message.forum_topic_created.name);
  if (message.new_chat_members) return words.joined(message.new_chat_members.map(nameOf).join(", "));
  if (message.left_chat_member) return words.left(nameOf(message.left_chat_member));
  if (message.pinned_message) return words.pinned;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return words.migrated;
  const { successful_payment: paid, refunded_payment: refunded } = message;
  if (paid) return (paid.is_recurring ? words.paidMonth : words.paid)(nameOf(message.from), paid.total_amount);
  if (refunded) return words.refunded(nameOf(message.from), refunded.total_amount);
  if (message.text || message.caption || message.invoice || mediaKind(message)) return null;
  return words.unsupported;
}

const MEDIA = ["photo", "video", "animation", "document"];
// An animation also carries a document; the more telling one wins by its order.
export const mediaKind = (message) => MEDIA.find((kind) => message[kind]) || null;

export function summaryOf(message, words) {
  const body = bodyOf(message).replace(/\s+/g, " ").trim();
  if (body) return body;
  if (message.invoice) return message.invoice.title;
  const kind = mediaKind(message);
  if (kind === "photo") return words.photo;
  if (kind === "document") return message.document.file_name || words.file;
  return kind ? words.video : serviceText(message, words) || "";
}

export const clock = (message, view) =>
  new Date(message.date * 1000).toLocaleTimeString(view.locale, { hour: "2-digit", minute: "2-digit" });

export function sizeText(bytes, locale) {
  if (!bytes) return "";
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, "MB"] : [Math.max(bytes / 1e3, 0.1), "KB"];
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

export function quotedIn(message) {
  const quoted = message.reply_to_message;
  // Everything in a topic formally answers the message that made the topic.
  return quoted && !quoted.forum_topic_created ? quoted : null;
}

// Whose words or picture were passed on, or "".
export function forwardedFrom(message) {
  const origin = message.forward_origin;
  if (!origin) return "";
  return origin.sender_user ? nameOf(origin.sender_user) : (origin.sender_chat?.title ?? origin.sender_user_name ?? "");
}

export function frameOf(message) {
  if (message.photo) return largest(message.photo);
  const moving = message.video || message.animation;
  if (!moving) return null;
  // A video sent without its size is shown in the shape most videos have.
  return moving.width && moving.height ? moving : { width: 16, height: 9, file_id: moving.file_id };
}

export function ratioOf(message) {
  const frame = frameOf(message);
  return frame.width / frame.height;
}

export const placeKey = (message) => `${message.chat.id}/${message.message_id}`;
export const pressKey = (message, button) => `${message.chat.id}/${message.message_id}/${button.callback_data}`;
