// What the server tells: the whole state at every connection, then each event; and presses, which
// wait for their answer among the events.
//
// `page` is what it needs of the page: draw(), route(), openChat(chatId).

import { listen, loadState, press as sendPress } from "./api.js";
import { pressKey, summaryOf } from "./message.js";
import { notify, say, showAlert, tellBack, tellLost } from "./saying.js";
import { acting, markRead, me, messagesIn, titleOf, waiting, words, world } from "./state.js";

const ACTION_MS = 5000;
const PRESS_MS = 20000;

export function makeFeed(page) {
  const queries = new Map(); // callback_query_id -> pressed button | "answered"
  let early = null; // events that came while the state was on its way
  let firstLoad = true;

  async function reload() {
    early ??= [];
    const state = await loadState().catch(() => null);
    if (!state) return setTimeout(reload, 1500);
    Object.assign(world, { bot: state.bot, users: state.users, speed: state.speed, speeds: state.speeds, limits: state });
    world.messages = new Map(
      Object.entries(state.messages).map(([id, list]) => [Number(id), new Map(list.map((each) => [each.message_id, each]))]),
    );
    world.admins = new Map(Object.entries(state.admins).map(([id, list]) => [Number(id), new Set(list)]));
    world.questions = new Map(state.questions.map((each) => [`${each.user_id}/${each.chat_id}`, each]));
    world.reactions = new Map(state.reactions.map((each) => [`${each.chat_id}/${each.message_id}`, each.emoji]));
    world.stars = new Map(Object.entries(state.stars).map(([id, stars]) => [Number(id), stars]));
    world.receipts = new Set(state.receipts.map((each) => `${each.chat_id}/${each.message_id}`));
    const missed = early || [];
    early = null;
    missed.forEach(apply);
    tellBack();
    if (firstLoad) {
      firstLoad = false;
      world.users.forEach((each) => each.chats.forEach((one) => markRead(each.user.id, messagesIn(one.id))));
    }
    return page.route();
  }

  function onEvent(event) {
    if (early) return early.push(event);
    apply(event);
    if (event.type === "message") tellElsewhere(event.message);
    return page.draw();
  }

  // As a phone would: what the bot says in another of this person's chats shows for a moment.
  function tellElsewhere(message) {
    const there = me()?.chats.find((each) => each.id === message.chat.id);
    if (!there || there.id === acting.chatId || message.from?.id !== world.bot.id) return;
    notify(titleOf(there), summaryOf(message, words()), () => page.openChat(there.id));
  }

  function apply(event) {
    const known = world.messages.get(event.chat_id);
    switch (event.type) {
      case "message":
        if (!known) return reload();
        known.set(event.message.message_id, event.message);
        world.questions.delete(`${event.message.from?.id}/${event.chat_id}`);
        if (event.message.from?.id === world.bot.id) world.actions.delete(event.chat_id);
        return null;
      case "edited":
        if (known?.has(event.message.message_id)) known.set(event.message.message_id, event.message);
        return null;
      case "deleted":
        return known?.delete(event.message_id);
      case "reaction":
        return world.reactions.set(`${event.chat_id}/${event.message_id}`, event.emoji);
      case "stars":
        return world.stars.set(event.user_id, event.stars);
      case "receipt":
        return world.receipts.add(`${event.chat_id}/${event.message_id}`);
      case "question":
        return world.questions.set(`${event.user_id}/${event.chat_id}`, event);
      case "action":
        world.actions.set(event.chat_id, { action: event.action, until: Date.now() + ACTION_MS });
        return setTimeout(page.draw, ACTION_MS + 50);
      case "callback_answer":
        return onAnswer(event);
      default:
        return null;
    }
  }

  function onAnswer(event) {
    const pressed = queries.get(event.callback_query_id);
    // The answer may overtake the response that tells this press's id.
    queries.set(event.callback_query_id, "answered");
    if (pressed) waiting.delete(pressed);
    if (event.user_id !== acting.userId || !event.text) return;
    if (event.show_alert) showAlert(event.text);
    else say(event.text);
  }

  async function press(messageId, button) {
    const message = world.messages.get(acting.chatId)?.get(messageId);
    if (!message) return;
    const key = pressKey(message, button);
    if (waiting.has(key)) return;
    waiting.add(key);
    page.draw();
    const done = () => {
      waiting.delete(key);
      page.draw();
    };
    try {
      const place = { user_id: acting.userId, chat_id: acting.chatId };
      const { callback_query_id: id } = await sendPress({ ...place, message_id: messageId, data: button.callback_data });
      if (queries.get(id) === "answered") return done();
      queries.set(id, key);
      setTimeout(done, PRESS_MS);
    } catch (error) {
      say(error.message || words().failed);
      done();
    }
  }

  const start = () =>
    listen({ onHello: reload, onEvent, onLost: () => tellLost("offline"), onMoved: () => tellLost("moved") });

  return { press, start };
}
