"""How several requests of one message are shown: their one message, and their albums in the end.

Knows nothing of their words, nor of when they go out.
"""

from __future__ import annotations

import dataclasses

from bot.delivery.bulk_scene import BulkScenes
from bot.delivery.bulk_words import words_of
from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.pictures import Pictures
from bot.delivery.scene import Scenes
from bot.delivery.sent import Sent, Shown, shown_in
from bot.delivery.telegram import TelegramSender
from bot.delivery.uploads import Picture
from bot.errors import BrokenMedia, FileTooBig
from bot.jobs.bulk import BulkState
from bot.jobs.privacy import has_left
from bot.model import ChatId, JobId, MessageId, Outgoing


class Bulks:
    """Made once; shows one row at a time."""

    def __init__(
        self, telegram: TelegramSender, scenes: Scenes, bulks: BulkScenes, pictures: Pictures
    ) -> None:
        self._telegram = telegram
        self._scenes = scenes
        self._bulks = bulks
        self._pictures = pictures

    async def message(self, row: Outgoing) -> Sent:
        """The question, the progress or the end, always in the same message. Raises SendError."""
        scene = await self._bulks.of(row.payload["bulk_id"])
        if scene is None:
            raise SendRefused(f"bulk {row.payload['bulk_id']} is not there")
        if scene.bulk.state is BulkState.JOINED:
            return Sent(messages=0)  # the message is the one request's by now
        words = words_of(scene)
        status_id = scene.bulk.status_message_id
        if status_id is not None:
            try:
                await self._telegram.edit_text(
                    row.place.chat_id, status_id, words.html, words.keyboard
                )
            except MessageGone:
                if scene.bulk.state is BulkState.RUNNING:
                    return Sent()  # progress is not worth a new message
            else:
                return Sent()
        message = await self._telegram.text(row.place, words.html, words.keyboard)
        return Sent(bulk_message_id=MessageId(message.message_id))

    async def album(self, row: Outgoing) -> Sent:
        """Results side by side; a reply to one of them acts on just that. Raises SendError.

        What was taken privately since is not among them.
        """
        chat_id = row.place.chat_id
        found = [await self._item(JobId(job_id), chat_id) for job_id in row.payload["jobs"]]
        items = [item for item in found if item is not None]
        if len(items) < 2:
            return Sent(messages=0)  # no album has one, and each is in the chat already
        messages = await self._telegram.album(row.place, [(picture, "") for _, picture in items])
        return Sent(
            messages=len(messages),
            shown=tuple(
                dataclasses.replace(shown_in(message, shown.tile), job_id=shown.job_id)
                for message, (shown, _) in zip(messages, items, strict=True)
            ),
        )

    async def _item(self, job_id: JobId, chat_id: ChatId) -> tuple[Shown, Picture] | None:
        """The shown form of a result; None when it cannot stand in an album there."""
        scene = await self._scenes.of(job_id)
        if scene is None or not scene.assets or has_left(scene.job, chat_id):
            return None
        try:
            picture = await self._pictures.to_look_at(scene.assets[0])
        except (BrokenMedia, FileTooBig):
            return None
        if picture.kind == "document":
            return None
        tile = scene.tiles[0].tile if len(scene.tiles) == 1 else None
        return Shown(MessageId(0), tile, job_id), picture
