"""Whoever writes beside people: channels, their discussion groups, other bots.

It does not know what our bot makes of them. All of it goes through the world's own doors.
"""

import random

from bot.sandbox import entities, shapes
from bot.sandbox.chats import Room
from bot.sandbox.refusal import Json
from bot.sandbox.world import World


def add_channel(world: World, title: str, *, has_bot: bool = True) -> Json:
    """A channel, with the bot among its admins."""
    info = shapes.channel(-random.randrange(1_003_000_000_001, 1_005_000_000_000), title)
    members = {world.bot["id"]: "administrator"} if has_bot else {}
    world.chats.rooms[info["id"]] = Room(info, members)
    return info


def post(world: World, channel_id: int, text: str) -> Json:
    """A channel's post; it has no author."""
    room = world.chats.rooms[channel_id]
    message = world.chats.post(room, {"sender_chat": room.info}, _said(text))
    return world.deliver("channel_post", room, message)


def edit_post(world: World, channel_id: int, message_id: int, text: str) -> Json:
    room = world.chats.rooms[channel_id]
    changed = {**world.message(channel_id, message_id), **_said(text)}
    changed["edit_date"] = int(world.clock())
    return world.deliver("edited_channel_post", room, world.chats.rewrite(room, changed))


def pass_on(world: World, posted: Json, group_id: int) -> Json:
    """A post passed on by Telegram into the discussion group linked to the channel."""
    room, channel = world.chats.rooms[group_id], posted["chat"]
    source = {"type": "channel", "chat": channel, "message_id": posted["message_id"]}
    content = {
        **_said(posted["text"]),
        "forward_origin": {**source, "date": posted["date"]},
        "is_automatic_forward": True,
    }
    origin = {"from": shapes.TELEGRAM, "sender_chat": channel}
    return world.deliver("message", room, world.chats.post(room, origin, content))


def say_as_channel(world: World, channel: Json, group_id: int, text: str) -> Json:
    """Somebody writes in a group in the name of a channel of theirs."""
    room = world.chats.rooms[group_id]
    origin = {"from": shapes.CHANNEL_BOT, "sender_chat": channel}
    return world.deliver("message", room, world.chats.post(room, origin, _said(text)))


def say_as_bot(world: World, group_id: int, text: str) -> Json:
    """Another bot writes, where bots may hear each other."""
    room = world.chats.rooms[group_id]
    return world.deliver("message", room, world.chats.post(room, {"from": _OTHER}, _said(text)))


def say_via_bot(world: World, user_id: int, chat_id: int, text: str) -> Json:
    """A person sends what another bot offered inline."""
    room = world.chats.rooms[chat_id]
    origin = {"from": shapes.sender(world.chats.users[user_id]), "via_bot": _OTHER}
    return world.deliver("message", room, world.chats.post(room, origin, _said(text)))


_OTHER: Json = {"id": 5_000_000_001, "is_bot": True, "first_name": "Rose", "username": "rose_bot"}


def _said(text: str) -> Json:
    found = entities.with_commands(text, [])
    return {"text": text, **({"entities": found} if found else {})}
