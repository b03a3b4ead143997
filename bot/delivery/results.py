"""How what a job made is shown: its result, an album's buttons, one tile of it, its originals.

Knows nothing of other rows, nor of when they go out.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence

import structlog

from bot.delivery import captions, presentation
from bot.delivery.meaning import MediaForbidden, MessageGone, SendRefused
from bot.delivery.pictures import DOCUMENT_MAX_BYTES, Pictures, is_too_big
from bot.delivery.presentation import Keyboard
from bot.delivery.scene import Scene
from bot.delivery.sent import Sent, Shown, handles_in, shown_in
from bot.delivery.telegram import TelegramSender
from bot.delivery.uploads import Picture
from bot.errors import BrokenMedia, FileTooBig
from bot.jobs.bulk import ALBUM_MAX
from bot.jobs.preferences import Form
from bot.model import Asset, MessageId, Outgoing

log = structlog.get_logger(__name__)


class Results:
    """Made once; shows one row's job at a time."""

    def __init__(self, telegram: TelegramSender, pictures: Pictures) -> None:
        self._telegram = telegram
        self._pictures = pictures

    async def result(self, row: Outgoing, scene: Scene) -> Sent:
        """The job's pictures or video, as who sees them likes; in words where Telegram takes none.

        Raises SendError.
        """
        if scene.form is not Form.GRID and len(scene.tiles) > 1:
            try:
                return await self._album(row, scene)
            except (SendRefused, BrokenMedia, FileTooBig) as error:
                log.warning("album_refused", job=scene.job.job_id, error=str(error))
        asset = scene.assets[0]
        try:
            return await self._one(row, scene, asset)
        except SendRefused as error:
            log.warning("result_refused", job=scene.job.job_id, error=str(error))
            return await self._otherwise(row, scene, error)
        except (BrokenMedia, FileTooBig) as error:
            log.warning("no_copy", job=scene.job.job_id, error=str(error))
            return await self._words(row, scene, captions.too_big(scene, asset, DOCUMENT_MAX_BYTES))

    async def _one(self, row: Outgoing, scene: Scene, asset: Asset) -> Sent:
        """In place of the status message where possible: an edit may be repeated safely."""
        job = scene.job
        is_file = scene.form is Form.FILES and asset.tile > 0
        shape = self._pictures.original if is_file else self._pictures.to_look_at
        picture = await shape(asset)
        caption = _caption(scene, asset, asset.tile or None)
        keyboard = presentation.result_keyboard(scene)
        if job.status_message_id is not None and not _is_apart(row, scene):
            try:
                edited = await self._telegram.edit_into(
                    job.chat_id, job.status_message_id, picture, caption, keyboard
                )
            except MessageGone:
                pass  # deleted meanwhile: the result comes as a new message
            else:
                shown = Shown(job.status_message_id, _only_tile(scene))
                sent = Sent(shown=(shown,), result_is_shown=True, result_is_edited=True)
                return handles_in(sent, [(edited, asset.tile)] if edited else [])
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        shown = shown_in(message, _only_tile(scene))
        return handles_in(_newly(row, scene, shown), [(message, asset.tile)])

    async def _album(self, row: Outgoing, scene: Scene) -> Sent:
        """Every picture as a message of its own; what is said to them follows as another row."""
        assets = scene.tiles[:ALBUM_MAX]
        is_files = scene.form is Form.FILES
        shape = self._pictures.original if is_files else self._pictures.to_look_at
        shown = [await shape(asset) for asset in assets]
        if any(picture.kind == "document" for picture in shown):  # those stand alone in an album
            shown = [await self._pictures.original(asset) for asset in assets]
        sent = await self._send_album(row, scene, assets, shown)
        return dataclasses.replace(sent, album_id=sent.shown[0].message_id)

    async def buttons(self, row: Outgoing, scene: Scene) -> Sent:
        """Caption and buttons, in reply to an album. Raises SendError."""
        caption = captions.result_caption(scene, None)
        keyboard = presentation.result_keyboard(scene)
        message = await self._telegram.text(row.place, caption, keyboard)
        sent = _newly(row, scene, shown_in(message, None))
        if _is_apart(row, scene):
            return sent
        # Not taken away here: until this is written down, a reply to the buttons finds nothing.
        return dataclasses.replace(sent, obsolete_id=scene.job.status_message_id)

    async def take_away(self, row: Outgoing, scene: Scene) -> Sent:
        """A message that has done its work; where it must stay, it says no more than where to look.

        Only a refusal is taken for an answer. Raises the other SendErrors: it is tried again.
        """
        chat_id, message_id = row.place.chat_id, MessageId(row.payload["message_id"])
        try:
            await self._telegram.delete(chat_id, message_id)
        except SendRefused:
            with contextlib.suppress(SendRefused):
                await self._telegram.edit_text(chat_id, message_id, captions.below(scene), [])
        return Sent()

    async def _otherwise(self, row: Outgoing, scene: Scene, why: SendRefused) -> Sent:
        """Telegram refused the picture as it was shown: as a file, or in words where it waits.

        Raises SendError when not even words are taken.
        """
        keyboard = presentation.result_keyboard(scene)
        job, status_id, asset = scene.job, scene.job.status_message_id, scene.assets[0]
        caption = _caption(scene, asset, None)
        try:
            file = await self._pictures.original(asset)
            if status_id is None or _is_apart(row, scene):
                message = await self._telegram.media(row.place, file, caption, keyboard)
                return _newly(row, scene, shown_in(message, _only_tile(scene)))
            await self._telegram.edit_into(job.chat_id, status_id, file, caption, keyboard)
        except (SendRefused, BrokenMedia, FileTooBig):
            links = presentation.elsewhere_keyboard(scene, row.place.chat_id)
            sent = await self._words(row, scene, captions.not_taken(scene, why), links)
            untaken_why = str(why) if isinstance(why, MediaForbidden) else ""
            return dataclasses.replace(sent, untaken_why=untaken_why)
        shown = Shown(status_id, _only_tile(scene))
        return Sent(shown=(shown,), result_is_shown=True, result_is_edited=True)

    async def _words(self, row: Outgoing, scene: Scene, words: str, links: Keyboard = ()) -> Sent:
        """Instead of the result, with its buttons. Raises SendError."""
        job, keyboard = scene.job, [*links, *presentation.result_keyboard(scene)]
        if job.status_message_id is not None and not _is_apart(row, scene):
            with contextlib.suppress(MessageGone):
                await self._telegram.edit_text(job.chat_id, job.status_message_id, words, keyboard)
                shown = Shown(job.status_message_id, _only_tile(scene))
                return Sent(shown=(shown,), result_is_shown=True, result_is_edited=True)
        message = await self._telegram.text(row.place, words, keyboard)
        return _newly(row, scene, shown_in(message, _only_tile(scene)))

    async def pick(self, row: Outgoing, scene: Scene) -> Sent:
        """One tile with its own buttons. Raises SendError."""
        asset = _tile(scene, row.tile)
        keyboard = presentation.tile_keyboard(scene, asset.tile)
        try:
            picture = await self._pictures.to_look_at(asset)
        except (BrokenMedia, FileTooBig):
            return await self._too_big(row, scene, asset, keyboard)
        caption = _caption(scene, asset, asset.tile)
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        sent = Sent(shown=(shown_in(message, asset.tile),))
        return handles_in(sent, [(message, asset.tile)])

    async def files(self, row: Outgoing, scene: Scene) -> Sent:
        """The originals; of what is too big, a copy and a word about it. Raises SendError."""
        assets = scene.tiles[:ALBUM_MAX] if row.tile is None else (_tile(scene, row.tile),)
        files: list[tuple[Asset, Picture]] = []
        for asset in assets:
            with contextlib.suppress(BrokenMedia, FileTooBig):
                files.append((asset, await self._pictures.original(asset)))
        if not files:
            return await self._too_big(row, scene, assets[0], [])
        return await self._send_album(
            row, scene, [asset for asset, _ in files], [picture for _, picture in files]
        )

    async def _send_album(
        self, row: Outgoing, scene: Scene, assets: Sequence[Asset], shown: Sequence[Picture]
    ) -> Sent:
        """One picture goes alone: an album has two at least."""
        items = [
            (picture, _word(scene, asset)) for asset, picture in zip(assets, shown, strict=True)
        ]
        if len(items) == 1:
            messages = [await self._telegram.media(row.place, *items[0], [])]
        else:
            messages = list(await self._telegram.album(row.place, items))
        tiles = [asset.tile for asset in assets]
        pairs = list(zip(messages, tiles, strict=False))
        shown_now = tuple(shown_in(*pair) for pair in pairs)
        return handles_in(Sent(messages=len(messages), shown=shown_now), pairs)

    async def _too_big(self, row: Outgoing, scene: Scene, asset: Asset, keyboard: Keyboard) -> Sent:
        text = captions.too_big(scene, asset, DOCUMENT_MAX_BYTES)
        message = await self._telegram.text(row.place, text, keyboard)
        return Sent(shown=(shown_in(message, row.tile),))


def _is_again(row: Outgoing) -> bool:
    """Shown once more, beside a result that stands or stood somewhere already."""
    return bool(row.payload.get("again"))


def _is_apart(row: Outgoing, scene: Scene) -> bool:
    """It does not take the place of its status message, which another chat may have."""
    return _is_again(row) or scene.job.to_private


def _newly(row: Outgoing, scene: Scene, shown: Shown) -> Sent:
    """The result came as a message of its own."""
    if _is_apart(row, scene):
        return Sent(shown=(shown,), result_is_shown=not _is_again(row))
    return Sent(shown=(shown,), status_message_id=shown.message_id, result_is_shown=True)


def _only_tile(scene: Scene) -> int | None:
    return scene.tiles[0].tile if len(scene.tiles) == 1 else None


def _caption(scene: Scene, asset: Asset, tile: int | None) -> str:
    too_big = asset if is_too_big(asset) else None
    return captions.result_caption(scene, tile, too_big=too_big, limit_bytes=DOCUMENT_MAX_BYTES)


def _word(scene: Scene, asset: Asset) -> str:
    """To one of several files: that it is a smaller copy, if it is."""
    return captions.copy_word(scene, asset, DOCUMENT_MAX_BYTES) if is_too_big(asset) else ""


def _tile(scene: Scene, tile: int | None) -> Asset:
    for asset in scene.tiles:
        if asset.tile == tile:
            return asset
    raise SendRefused(f"job {scene.job.job_id} has no tile {tile}")
