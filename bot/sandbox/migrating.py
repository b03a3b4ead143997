"""A basic group that goes on as a supergroup under a new id, as Telegram does it.

It does not know what our bot makes of it. What was said stays in the old chat, where nobody writes
or edits any more, though its buttons can be pressed; the new one counts its messages from 1.
"""

from collections.abc import Sequence

from bot.sandbox import shapes
from bot.sandbox.world import World


def migrate_group(world: World, chat_id: int, *, told: Sequence[str] = ("to", "from")) -> int:
    """The id of the supergroup.

    `told`: the service messages as the bot hears them, `to` in the old chat and `from` in the new
    one. Raises ValueError for what is no basic group.
    """
    old = world.chats.rooms[chat_id]
    if old.info["type"] != "group" or old.migrated_to is not None:
        raise ValueError(f"chat {chat_id} is no basic group that could migrate")
    new = world.chats.rooms[world.add_group(old.info["title"], ())["id"]]
    new.members.update(old.members)
    origin = {"from": shapes.sender(world.chats.users[next(iter(old.admins() or old.members))])}
    to = world.chats.post(old, origin, {"migrate_to_chat_id": new.chat_id})
    came = world.chats.post(new, origin, {"migrate_from_chat_id": chat_id})
    for which in told:
        room, message = (old, to) if which == "to" else (new, came)
        world.deliver("message", room, message)
    old.migrated_to = new.chat_id
    return new.chat_id
