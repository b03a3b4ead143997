"""Replies the bot asks for (ForceReply): whose app opens one, to which message, until they write.

It does not know what is asked. Bots are told nothing of it: the Message holds no such markup.
Facts: core.telegram.org/bots/api#forcereply.
"""

from collections.abc import Iterable

from bot.sandbox.chats import Chats, Room
from bot.sandbox.refusal import Json, bad_request

_PLACEHOLDER_UNITS = 64
_PERSON = "tg://user?id="


def ask_for_reply(chats: Chats, room: Room, message: Json, markup: Json | None) -> None:
    """Opens the reply in the apps of whom ``markup``, the call's `reply_markup`, is meant for."""
    if not markup or "force_reply" not in markup:
        return
    meant = _named_in(chats, message) if markup.get("selective") else set(room.members)
    for user_id in meant & chats.users.keys():
        if room.has(user_id):
            placeholder = markup.get("input_field_placeholder", "")
            chats.ask(room, user_id, message["message_id"], placeholder)


def check(markup: Json) -> None:
    """Raises Refusal 400 for a ForceReply Telegram would not take."""
    if markup.get("force_reply") is not True:
        raise bad_request("object expected as reply markup")
    if len(markup.get("input_field_placeholder", "")) > _PLACEHOLDER_UNITS:
        raise bad_request("input field placeholder is too long")


def _named_in(chats: Chats, message: Json) -> set[int]:
    """Whom a selective question is for: those it names, and the sender of what it answers."""
    answered = message.get("reply_to_message", {}).get("from", {}).get("id")
    entities = message.get("entities") or message.get("caption_entities") or []
    return {answered, message["chat"]["id"]} | _linked(entities) | _mentioned(chats, message)


def _linked(entities: Iterable[Json]) -> set[int]:
    urls = [entity.get("url", "") for entity in entities]
    ids = [url.removeprefix(_PERSON) for url in urls if url.startswith(_PERSON)]
    return {int(each) for each in ids if each.isdecimal()}


def _mentioned(chats: Chats, message: Json) -> set[int]:
    words = {word.strip(".,:!?").lower() for word in message.get("text", "").split()}
    return {
        user_id
        for user_id, user in chats.users.items()
        if "username" in user and f"@{user['username']}".lower() in words
    }
