"""The welcome: words and buttons under the picture that is shipped with the bot.

Knows nothing of what the words are. Telegram's handle of the picture is kept, so that it is
uploaded once.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from telegram import Message

from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.presentation import Words
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.delivery.uploads import Picture
from bot.model import MessageId, Place
from bot.store.port import Reading

PICTURE: Final = Path(__file__).with_name("welcome.jpg")
"""Drawn in docs/art/welcome.svg."""


class Welcoming:
    """Made once; the table `setting` remembers the handle under the picture's own hash."""

    def __init__(self, telegram: TelegramSender, reading: Reading) -> None:
        self._telegram = telegram
        self._reading = reading

    async def send(self, place: Place, words: Words, page_id: MessageId | None) -> Sent:
        """In place of the welcome ``page_id``, if there is one. Raises SendError.

        A picture that Telegram refuses (a handle of another bot's, a chat without photos) is left
        out in the end: the words matter more.
        """
        name = f"welcome_photo:{await asyncio.to_thread(_digest)}"
        row = await self._reading.one("setting_get", scope=0, name=name)
        handles = [row["value"], None] if row else [None]
        for file_id in handles:
            try:
                message = await self._show(
                    place, Picture("photo", PICTURE, file_id), words, page_id
                )
            except SendRefused:
                continue
            if message is None or not message.photo:
                return Sent()
            return Sent(remembered=(name, message.photo[-1].file_id))
        await self._telegram.text(place, words.html, words.keyboard)
        return Sent()

    async def _show(
        self, place: Place, picture: Picture, words: Words, page_id: MessageId | None
    ) -> Message | None:
        """None: it reads like this already."""
        if page_id is not None:
            try:
                return await self._telegram.edit_into(
                    place.chat_id, page_id, picture, words.html, words.keyboard
                )
            except MessageGone:
                pass  # deleted meanwhile: it comes anew
        return await self._telegram.media(place, picture, words.html, words.keyboard)


def _digest() -> str:
    """A new picture is another one to Telegram as well."""
    return hashlib.sha256(PICTURE.read_bytes()).hexdigest()[:16]
