"""The methods that change what is there: edits, deletions, and answers to pressed buttons.

They do not know pace or transport.
"""

from bot.sandbox import shapes
from bot.sandbox.ask import Ask
from bot.sandbox.chats import Room, find
from bot.sandbox.content import caption_of, keyboard_of, media_of, pay_keyboard, text_of
from bot.sandbox.entities import utf16_length
from bot.sandbox.files import unique_ids
from bot.sandbox.refusal import Json, bad_request

_DELETABLE_S = 48 * 3600
_WIDE = "\N{VARIATION SELECTOR-16}"
# core.telegram.org/bots/api#reactiontypeemoji; `+` joins two into one
_REACTIONS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤+🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 "
    "😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨+💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 "
    "😎 👾 🤷+♂ 🤷 🤷+♀ 😡"
)
REACTIONS = frozenset(_REACTIONS.replace("+", "\N{ZERO WIDTH JOINER}").split())
"""Without the selector that draws a sign as an emoji, which may stand behind it or not."""
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def edit_message_text(ask: Ask) -> Json:
    room, message = _own(ask, "text")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    content = {**text_of(ask.params), **_keyboard(ask)}
    return _replace(ask, room, message, content)


async def edit_message_caption(ask: Ask) -> Json:
    room, message = _own(ask)
    if "text" in message or "invoice" in message:
        raise bad_request("there is no caption in the message to edit")
    media = {key: message[key] for key in shapes.MEDIA if key in message}
    content = {**media, **caption_of(ask.params), **_keyboard(ask)}
    return _replace(ask, room, message, content)


async def edit_message_media(ask: Ask) -> Json:
    """A text may become media, and media another; the caption comes anew."""
    _, message = _own(ask)
    if "invoice" in message:
        raise bad_request("message can't be edited")
    item = ask.params.get("media")
    if not isinstance(item, dict) or item.get("type") not in shapes.MEDIA:
        raise bad_request("can't parse InputMedia")
    ask.room_taking(item["type"])
    words = {**caption_of(item), **_keyboard(ask)}
    media = await media_of(ask, item["type"], item.get("media"), item)
    room, message = _own(ask, item["type"])  # again: it may have gone while the file was read
    return _replace(ask, room, message, {**media.content(), **words})


async def edit_message_reply_markup(ask: Ask) -> Json:
    room, message = _own(ask)
    kept = (*shapes.CONTENT, *shapes.MEDIA)
    content = {key: message[key] for key in kept if key in message}
    if "invoice" in message:
        stars = message["invoice"]["total_amount"]
        return _replace(ask, room, message, {**content, **pay_keyboard(ask.params, stars)})
    return _replace(ask, room, message, {**content, **_keyboard(ask)})


async def delete_message(ask: Ask) -> bool:
    """The bot's own, anything in a private chat, anything where it is admin; within 48 hours."""
    room = ask.room()
    message = find(room, ask.params.get("message_id"), "message to delete not found")
    is_own = message["from"]["id"] == ask.world.bot["id"]
    is_allowed = is_own or room.is_private or ask.world.bot["id"] in room.admins()
    if not is_allowed or ask.world.clock() - message["date"] > _DELETABLE_S:
        raise bad_request("message can't be deleted")
    ask.world.chats.remove(room, message["message_id"])
    return True


async def set_message_reaction(ask: Ask) -> bool:
    """At most one of the bot's on any message; an empty list takes it away."""
    room = ask.room()
    message = find(room, ask.params.get("message_id"), "message to react not found")
    reactions = ask.params.get("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = [reaction.get("emoji", "").replace(_WIDE, "") for reaction in reactions]
    if not set(emoji) <= REACTIONS:
        raise bad_request("REACTION_INVALID")
    ask.world.chats.react(room, message["message_id"], "".join(emoji))
    return True


async def answer_callback_query(ask: Ask) -> bool:
    """Once per press, within 150 s; whether a second answer is an error Telegram does not say."""
    text = ask.text("text")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press_id = ask.params.get("callback_query_id")
    press = ask.world.presses.take(press_id)
    answer = {
        "type": "callback_answer",
        "chat_id": press.chat_id,
        "message_id": press.message_id,
        "user_id": press.user_id,
        "callback_query_id": press_id,
        "text": text,
        "show_alert": bool(ask.params.get("show_alert")),
    }
    ask.world.watch.tell(answer)
    return True


def _own(ask: Ask, *kinds: str) -> tuple[Room, Json]:
    """The message to edit, where the bot may send what it is to become."""
    room = ask.room_taking(*kinds)
    message = find(room, ask.params.get("message_id"), "message to edit not found")
    if message["from"]["id"] != ask.world.bot["id"]:
        raise bad_request("message can't be edited")
    return room, message


def _keyboard(ask: Ask) -> Json:
    return keyboard_of(ask.params, inline_only=True)


def _replace(ask: Ask, room: Room, message: Json, content: Json) -> Json:
    replaced = {*shapes.CONTENT, *shapes.MEDIA, "reply_markup", "edit_date"}
    frame = {key: value for key, value in message.items() if key not in replaced}
    if _compared(message) == _compared(content):
        raise bad_request(_NOT_MODIFIED)
    edited = {**frame, **content, "edit_date": int(ask.world.clock())}
    return ask.world.chats.rewrite(room, edited)


def _compared(message: Json) -> tuple[list[str], Json]:
    words = {key: message.get(key) for key in (*shapes.CONTENT, "reply_markup")}
    return unique_ids(message), words
