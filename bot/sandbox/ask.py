"""One Bot API call as it was asked: its parameters decoded, its uploads at hand.

It does not know what the method does. In the parameters an upload is the string `attach://NAME`,
NAME being its part of the multipart body, whether the client wrote that itself (in `media`) or
sent the file as the parameter's own part (`photo`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from bot.sandbox.chats import Place, Room, find
from bot.sandbox.members import check_right
from bot.sandbox.refusal import Json, NotModelled, bad_request
from bot.sandbox.world import World

ATTACHED = "attach://"
_NUMBERS = frozenset(
    {
        "chat_id",
        "message_id",
        "message_thread_id",
        "user_id",
        "offset",
        "limit",
        "timeout",
        "width",
        "height",
        "duration",
        "cache_time",
        "max_connections",
        "subscription_period",
    },
)
_SWITCHES = frozenset(
    {
        "disable_notification",
        "protect_content",
        "allow_paid_broadcast",
        "has_spoiler",
        "is_big",
        "show_caption_above_media",
        "supports_streaming",
        "disable_content_type_detection",
        "show_alert",
        "drop_pending_updates",
        "is_canceled",
        "ok",
    },
)
_STRUCTURES = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "media",
        "prices",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "scope",
    },
)


@dataclass(frozen=True)
class Upload:
    filename: str
    file: BinaryIO


@dataclass(frozen=True)
class Ask:
    """What a method's function is given."""

    world: World
    params: Json
    uploads: Mapping[str, Upload]

    def room(self) -> Room:
        """The chat meant; raises Refusal when the bot may not be there."""
        return self.world.chats.open_to_bot(self.params.get("chat_id"))

    def room_taking(self, *kinds: str) -> Room:
        """The same, where the bot may send all of these; raises Refusal where it may not."""
        room = self.room()
        for kind in kinds:
            check_right(room.lacks(self.world.bot["id"]), kind)
        return room

    def text(self, name: str) -> str:
        return str(self.params.get(name) or "")

    def place(self, room: Room) -> Place:
        """Where to send; raises Refusal when the message or topic is gone."""
        reply: Json = self.params.get("reply_parameters") or {}
        reply_to = reply.get("message_id")
        if reply.get("chat_id", room.chat_id) != room.chat_id:
            reason = "replies to another chat are not modelled by the sandbox"
            raise NotModelled(400, f"Bad Request: {reason}")
        # In a topic it is of no use: what is replied to has to be there.
        may_miss = reply.get("allow_sending_without_reply") and not self.params.get(
            "message_thread_id"
        )
        if reply_to not in room.messages and may_miss:
            reply_to = None
        if reply_to is not None:
            find(room, reply_to, "message to be replied not found")
        place = Place(reply_to, self.params.get("message_thread_id"))
        self.world.chats.thread_of(room, place)
        return place


def decode(name: str, value: object) -> object:
    """A parameter as its type wants it, from the string a form carries it as.

    Raises Refusal 400 when it cannot be read.
    """
    if not isinstance(value, str):
        return value
    if name in _STRUCTURES:
        return _structure(name, value)
    if name in _SWITCHES:
        return value.lower() in {"true", "1", "yes"}
    if name in _NUMBERS:
        return _number(name, value)
    return value


def _structure(name: str, value: str) -> object:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict | list):
        raise bad_request(f"can't parse {name} JSON object")
    return found


def _number(name: str, value: str) -> object:
    try:
        return int(value)
    except ValueError:
        if name == "chat_id":  # an @username: no chat here has one, so it is not found later
            return value
        raise bad_request(f'invalid value "{value}" of {name}') from None
