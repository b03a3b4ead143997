"""How what a job made is shown: its result, one tile of it, its originals.

Knows nothing of other rows, nor of when they go out.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot.delivery import pictures, presentation
from bot.delivery.scene import Scene
from bot.delivery.sent import Sent, Shown, handles_of, shown_in
from bot.delivery.telegram import MessageGone, SendRefused, TelegramSender
from bot.model import Asset, Outgoing

ALBUM_MAX = 10

log = structlog.get_logger(__name__)


class Results:
    """Made once; shows one row's job at a time."""

    def __init__(self, telegram: TelegramSender, data_dir: Path) -> None:
        self._telegram = telegram
        self._data_dir = data_dir

    async def result(self, row: Outgoing, scene: Scene) -> Sent:
        """The job's pictures or video; in words where Telegram takes neither. Raises SendError."""
        try:
            return await self._shown(row, scene)
        except SendRefused as error:
            return await self._otherwise(row, scene, str(error))

    async def _shown(self, row: Outgoing, scene: Scene) -> Sent:
        """In place of the status message where possible: an edit may be repeated safely."""
        job = scene.job
        asset = scene.assets[0]
        tile = asset.tile or None
        caption = presentation.result_caption(scene, tile)
        keyboard = presentation.result_keyboard(scene)
        picture = await asyncio.to_thread(pictures.to_look_at, asset, self._data_dir)
        is_again = bool(row.payload.get("again"))
        shown_tile = scene.tiles[0].tile if len(scene.tiles) == 1 else None
        if picture is None:
            message = await self._telegram.text(
                row.place, presentation.too_big(scene, asset, pictures.DOCUMENT_MAX_BYTES), keyboard
            )
            return Sent(shown=(shown_in(message, shown_tile),), result_is_shown=True)
        if job.status_message_id is not None and not is_again:
            try:
                edited = await self._telegram.edit_into(
                    job.chat_id, job.status_message_id, picture, caption, keyboard
                )
            except MessageGone:
                pass  # deleted meanwhile: the result comes as a new message
            else:
                handles = handles_of(edited, asset.tile) if edited else ()
                return Sent(
                    shown=(Shown(job.status_message_id, shown_tile),),
                    photo_file_ids=handles,
                    result_is_shown=True,
                )
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        shown = shown_in(message, shown_tile)
        return Sent(
            shown=(shown,),
            status_message_id=None if is_again else shown.message_id,
            photo_file_ids=handles_of(message, asset.tile),
            result_is_shown=not is_again,
        )

    async def _otherwise(self, row: Outgoing, scene: Scene, why: str) -> Sent:
        """Telegram refused the picture as it was shown: as a file, or in words where it waits.

        Raises SendError when not even words are taken.
        """
        log.warning("result_refused", job=scene.job.job_id, error=why)
        shown_tile = scene.tiles[0].tile if len(scene.tiles) == 1 else None
        keyboard = presentation.result_keyboard(scene)
        file, caption = (
            pictures.original(scene.assets[0], self._data_dir),
            presentation.result_caption(scene, None),
        )
        words = presentation.not_taken(scene)
        links = presentation.elsewhere_keyboard(scene, row.place.chat_id)
        job, status_id = scene.job, scene.job.status_message_id
        is_again = bool(row.payload.get("again"))
        if status_id is None or is_again:
            try:
                message = await self._telegram.media(row.place, file, caption, keyboard)
            except SendRefused:
                message = await self._telegram.text(row.place, words, [*links, *keyboard])
            return Sent(shown=(shown_in(message, shown_tile),), result_is_shown=not is_again)
        try:
            await self._telegram.edit_into(job.chat_id, status_id, file, caption, keyboard)
        except SendRefused:
            await self._telegram.edit_text(job.chat_id, status_id, words, [*links, *keyboard])
        return Sent(shown=(Shown(status_id, shown_tile),), result_is_shown=True)

    async def pick(self, row: Outgoing, scene: Scene) -> Sent:
        asset = _tile(scene, row.tile)
        caption = presentation.result_caption(scene, asset.tile)
        keyboard = presentation.tile_keyboard(scene, asset.tile)
        picture = await asyncio.to_thread(pictures.to_look_at, asset, self._data_dir)
        if picture is None:
            text = presentation.too_big(scene, asset, pictures.DOCUMENT_MAX_BYTES)
            message = await self._telegram.text(row.place, text, keyboard)
            return Sent(shown=(shown_in(message, asset.tile),))
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        return Sent(
            shown=(shown_in(message, asset.tile),), photo_file_ids=handles_of(message, asset.tile)
        )

    async def files(self, row: Outgoing, scene: Scene) -> Sent:
        assets = scene.tiles if row.tile is None else (_tile(scene, row.tile),)
        fitting = [asset for asset in assets if asset.size_bytes <= pictures.DOCUMENT_MAX_BYTES]
        if not fitting:
            text = presentation.too_big(scene, assets[0], pictures.DOCUMENT_MAX_BYTES)
            message = await self._telegram.text(row.place, text, [])
            return Sent(shown=(shown_in(message, row.tile),))
        originals = [pictures.original(asset, self._data_dir) for asset in fitting[:ALBUM_MAX]]
        if len(originals) == 1:
            messages = [await self._telegram.media(row.place, originals[0], "", [])]
        else:
            messages = list(await self._telegram.album(row.place, originals))
        return Sent(
            shown=tuple(
                shown_in(message, asset.tile)
                for message, asset in zip(messages, fitting, strict=False)
            ),
            document_file_ids=tuple(
                (asset.tile, message.document.file_id)
                for message, asset in zip(messages, fitting, strict=False)
                if message.document
            ),
        )


def _tile(scene: Scene, tile: int | None) -> Asset:
    for asset in scene.tiles:
        if asset.tile == tile:
            return asset
    raise SendRefused(f"job {scene.job.job_id} has no tile {tile}")
