"""How many requests of one group are shown: their one message, and a nod to each.

Knows nothing of their words, nor of when they go out.
"""

from __future__ import annotations

import contextlib

from bot.delivery.board_scene import BoardScenes
from bot.delivery.board_words import NOD, words_of
from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.model import Clock, MessageId, Outgoing


class Boards:
    """Made once; shows one row at a time."""

    def __init__(self, telegram: TelegramSender, scenes: BoardScenes, clock: Clock) -> None:
        self._telegram = telegram
        self._scenes = scenes
        self._clock = clock

    async def message(self, row: Outgoing) -> Sent:
        """The board as it stands; sent anew where somebody deleted it. Raises SendError."""
        scene = await self._scenes.of(row.payload["board_id"], now=self._clock())
        if scene is None:
            raise SendRefused(f"board {row.payload['board_id']} is not there")
        words, message_id = words_of(scene), scene.board.message_id
        if message_id is not None:
            with contextlib.suppress(MessageGone):
                await self._telegram.edit_text(
                    row.place.chat_id, message_id, words.html, words.keyboard
                )
                return Sent()
        if not scene.lines:
            return Sent(messages=0)  # all has ended: there is nothing to look at any more
        message = await self._telegram.text(row.place, words.html, words.keyboard)
        return Sent(board_message_id=MessageId(message.message_id))

    async def nod(self, row: Outgoing) -> Sent:
        """A reaction to what somebody wrote: a group may have none. Raises the other SendErrors."""
        assert row.place.reply_to is not None
        with contextlib.suppress(SendRefused):
            await self._telegram.react(row.place.chat_id, row.place.reply_to, NOD)
        return Sent(messages=0)
