// What the page knows: the world as the server tells it, who is acting and where, what was read.
// Knows nothing of the DOM or the server.

import { nameOf, serviceText } from "./message.js";
import { wordsFor } from "./words.js";

export const world = {
  bot: null,
  users: [], // {user, chats: [Chat]}
  messages: new Map(), // chat_id -> Map(message_id -> Message)
  speed: 1,
  speeds: [],
  limits: {},
  actions: new Map(), // chat_id -> {action, until}
  admins: new Map(), // chat_id -> Set(user_id)
  reactions: new Map(), // "chat/message" -> emoji
  stars: new Map(), // user_id -> how many they have
  receipts: new Set(), // "chat/message" of every invoice that was paid
  questions: new Map(), // "user/chat" -> {message_id, placeholder}: a reply the app is to open
};
export const acting = { userId: null, chatId: null, threadId: null };
export const lastOpen = new Map(); // user_id -> chat_id
export const topicOpen = new Map(); // chat_id -> thread_id | null
const readTo = new Map(); // "user:chat:thread" -> message_id
export const waiting = new Set(); // pressed buttons without an answer

export const me = () => world.users.find((each) => each.user.id === acting.userId);
export const chat = () => me()?.chats.find((each) => each.id === acting.chatId);
export const words = () => wordsFor(me()?.user.language_code);
export const locale = () => (words() === wordsFor("vi") ? "vi-VN" : "en-GB");
const speakingAsGroup = new Set(); // "user/chat": an admin who does not show their name there
export const isAdmin = (userId, chatId) => Boolean(world.admins.get(chatId)?.has(userId));
const voiceKey = () => `${acting.userId}/${acting.chatId}`;
export const maySpeakAsGroup = () => isAdmin(acting.userId, acting.chatId);
export const speaksAsGroup = () => maySpeakAsGroup() && speakingAsGroup.has(voiceKey());
export const changeVoice = () => (speaksAsGroup() ? speakingAsGroup.delete(voiceKey()) : speakingAsGroup.add(voiceKey()));

export const isGroup = (each) => each.type !== "private";
export const titleOf = (each) => (isGroup(each) ? each.title : nameOf(world.bot));
export const faceOf = (each) => (isGroup(each) ? each.id : world.bot.id);
const threadOf = (message) => (message.is_topic_message ? message.message_thread_id : null);
export const messagesIn = (chatId) => [...(world.messages.get(chatId)?.values() || [])];
export const inThread = (messages, each, threadId) =>
  each.is_forum ? messages.filter((message) => threadOf(message) === threadId) : messages;
export const shownMessages = () => (chat() ? inThread(messagesIn(acting.chatId), chat(), acting.threadId) : []);

export function topicsOf(each) {
  const names = new Map();
  for (const message of messagesIn(each.id)) {
    const threadId = threadOf(message);
    if (message.forum_topic_created) names.set(message.message_thread_id, message.forum_topic_created.name);
    else if (threadId && !names.has(threadId)) names.set(threadId, `# ${threadId}`);
  }
  return names;
}

export function actionIn(each) {
  const doing = world.actions.get(each.id);
  if (!doing || doing.until < Date.now()) return "";
  const what = words().actions[doing.action] || words().actions.typing;
  return isGroup(each) ? `${nameOf(world.bot)}: ${what}` : what;
}

// The reply to open for who is acting here and now, once; nothing stays to be opened again.
export function takeQuestion() {
  const key = `${acting.userId}/${acting.chatId}`;
  const asked = world.questions.get(key);
  const message = shownMessages().find((each) => each.message_id === asked?.message_id);
  if (!message) return null;
  world.questions.delete(key);
  return { message, placeholder: asked.placeholder };
}

// ---- unread -----------------------------------------------------------------------------------

const readKey = (userId, chatId, threadId) => `${userId}:${chatId}:${threadId ?? ""}`;

export function unread(userId, messages) {
  return messages.filter((message) => {
    if (message.from?.id === userId || serviceText(message, words())) return false;
    const key = readKey(userId, message.chat.id, threadOf(message));
    return message.message_id > (readTo.get(key) || 0);
  }).length;
}

export function markRead(userId, messages) {
  for (const message of messages) {
    const key = readKey(userId, message.chat.id, threadOf(message));
    if ((readTo.get(key) || 0) < message.message_id) readTo.set(key, message.message_id);
  }
}

export const unreadOf = (each) =>
  each.chats.reduce((sum, one) => sum + unread(each.user.id, messagesIn(one.id)), 0);
