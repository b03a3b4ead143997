"""What becomes of the bot in its chats: blocked, thrown out, brought back, short of a right.

It does not know what was said there, nor what our bot makes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox import shapes
from bot.sandbox.chats import Chats
from bot.sandbox.refusal import Json


@dataclass
class Standing:
    """Of one world's bot. `queue(kind, body)` makes an update."""

    bot: Json
    chats: Chats
    clock: Callable[[], float]
    queue: Callable[[str, Json], None]

    def block_bot(self, user_id: int) -> None:
        self._set_status(user_id, user_id, "kicked")

    def unblock_bot(self, user_id: int) -> None:
        self._set_status(user_id, user_id, "member")

    def remove_bot(self, user_id: int, chat_id: int) -> None:
        """Somebody throws the bot out of a group."""
        self._set_status(user_id, chat_id, "kicked")

    def add_bot(self, user_id: int, chat_id: int, *, status: str = "member") -> None:
        """Somebody brings the bot back, or makes it an `administrator`."""
        self._set_status(user_id, chat_id, status)

    def forbid(self, chat_id: int, *rights: str) -> None:
        """The group gives these rights (`can_send_photos`, …) to nobody but its admins any more."""
        self.chats.rooms[chat_id].forbidden = frozenset(rights)

    def restrict_bot(self, user_id: int, chat_id: int, *lacking: str) -> None:
        """An admin takes these rights (`can_send_photos`, …) from the bot, and no others."""
        self._set_status(user_id, chat_id, "restricted", *lacking)

    def _set_status(self, user_id: int, chat_id: int, status: str, *lacking: str) -> None:
        room = self.chats.rooms[chat_id]
        said = {"from": shapes.sender(self.chats.users[user_id]), "date": int(self.clock())}
        change = room.change_member(self.bot, status, lacking)
        self.queue("my_chat_member", {"chat": room.info, **said, **change})
