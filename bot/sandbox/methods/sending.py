"""The methods that send: texts, photos, videos, documents, albums, and what shows while working.

They do not know pace or transport; a message is in the chat when its function returns.
"""

import secrets

from bot.sandbox import shapes
from bot.sandbox.ask import Ask
from bot.sandbox.chats import Place, Room
from bot.sandbox.content import caption_of, keyboard_of, media_of, text_of
from bot.sandbox.questions import ask_for_reply
from bot.sandbox.refusal import Json, bad_request

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    },
)


async def send_message(ask: Ask) -> Json:
    room = ask.room_taking("text")
    place = ask.place(room)
    content = {**text_of(ask.params), **keyboard_of(ask.params)}
    return _post(ask, room, content, place)


async def send_photo(ask: Ask) -> Json:
    return await _send_media(ask, "photo")


async def send_video(ask: Ask) -> Json:
    return await _send_media(ask, "video")


async def send_animation(ask: Ask) -> Json:
    return await _send_media(ask, "animation")


async def send_document(ask: Ask) -> Json:
    return await _send_media(ask, "document")


async def send_media_group(ask: Ask) -> list[Json]:
    """An album: 2-10 photos and videos, or only documents; all of it appears or nothing does."""
    room = ask.room()
    ask.place(room)
    items = ask.params.get("media")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise bad_request("there must be 2-10 items in an album")
    kinds = {item.get("type") for item in items}
    if not kinds <= {"photo", "video"} and kinds != {"document"}:
        raise bad_request("document can't be mixed with other media types")
    ask.room_taking(*sorted(kinds))
    group = {"media_group_id": str(secrets.randbits(53))}
    contents = []
    for item in items:
        media = await media_of(ask, item["type"], item.get("media"), item)
        contents.append({**group, **media.content(), **caption_of(item)})
    place = ask.place(room)  # again: the chat may have changed while files were read
    return [ask.world.chats.post(room, _bot(ask), content, place) for content in contents]


async def send_chat_action(ask: Ask) -> bool:
    room = ask.room()
    ask.place(room)
    action = ask.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    event = {"type": "action", "chat_id": room.chat_id, "action": action}
    ask.world.watch.tell({**event, "thread_id": ask.params.get("message_thread_id")})
    return True


async def _send_media(ask: Ask, kind: str) -> Json:
    room = ask.room_taking(kind)
    ask.place(room)
    words = {**caption_of(ask.params), **keyboard_of(ask.params)}
    media = await media_of(ask, kind, ask.params.get(kind), ask.params)
    room = ask.room_taking(kind)  # again: the chat may have changed while the file was read
    place = ask.place(room)
    return _post(ask, room, {**media.content(), **words}, place)


def _post(ask: Ask, room: Room, content: Json, place: Place) -> Json:
    message = ask.world.chats.post(room, _bot(ask), content, place)
    ask_for_reply(ask.world.chats, room, message, ask.params.get("reply_markup"))
    return message


def _bot(ask: Ask) -> Json:
    return {"from": shapes.sender(ask.world.bot)}
