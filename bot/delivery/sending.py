"""How each kind of outbox row is said: which call, with which picture, and what it leaves behind.

Knows nothing of when; a row is handed over by the loop. What was sent comes back as a `Sent`,
written down by the loop in one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from pathlib import Path
from typing import assert_never

import structlog
from telegram import Message

from bot import media
from bot.delivery import presentation
from bot.delivery.scene import Scene, Scenes
from bot.delivery.telegram import (
    MessageGone,
    Picture,
    SendRefused,
    TelegramSender,
)
from bot.model import Asset, AssetKind, JobState, MessageId, Outgoing, Say

DOCUMENT_MAX_BYTES = 50_000_000
"""What Telegram's own servers take of a video or document (docs/telegram.md)."""
ALBUM_MAX = 10
THUMBNAIL_NAME = "thumbnail.jpg"

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One message that now shows a job, or one tile of it."""

    message_id: MessageId
    tile: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What a send left behind."""

    shown: tuple[Shown, ...] = ()
    status_message_id: MessageId | None = None
    """The message that is the job's status from now on."""
    photo_file_ids: tuple[tuple[int, str], ...] = ()
    """Tile and Telegram's handle of its shown form."""
    document_file_ids: tuple[tuple[int, str], ...] = ()
    result_is_shown: bool = False
    question_id: MessageId | None = None
    """The message whose reply completes a command."""
    status_is_gone: bool = False
    """Somebody deleted it: progress is shown no more."""


class Sending:
    """Made once; says one row at a time."""

    def __init__(self, telegram: TelegramSender, scenes: Scenes, data_dir: Path) -> None:
        self._telegram = telegram
        self._scenes = scenes
        self._data_dir = data_dir

    async def cost(self, row: Outgoing) -> int:
        """How many messages it will be, as Telegram counts them."""
        if row.say is not Say.FILES or row.tile is not None:
            return 1
        scene = await self._scenes.of(row.job_id or "")
        return max(1, len(scene.tiles)) if scene else 1

    async def say(self, row: Outgoing) -> Sent:
        """Send it; beside its topic when that is gone. Raises SendError."""
        try:
            return await self._say(row)
        except SendRefused as error:
            if row.place.thread_id is None or "thread not found" not in str(error).lower():
                raise
        place = dataclasses.replace(row.place, thread_id=None)
        return await self._say(dataclasses.replace(row, place=place))

    async def _say(self, row: Outgoing) -> Sent:
        if row.say is Say.TEXT:
            return await self._text(row)
        scene = await self._scenes.of(row.job_id or "")
        if scene is None:
            raise SendRefused(f"job {row.job_id} is not there")
        if language := row.payload.get("language"):  # shown to somebody else than who ordered it
            scene = dataclasses.replace(scene, tongue=self._scenes.tongue(language))
        match row.say:
            case Say.STATUS:
                return await self._status(row, scene)
            case Say.RESULT:
                try:
                    return await self._result(row, scene)
                except SendRefused as error:
                    return await self._result_otherwise(row, scene, str(error))
            case Say.PING:
                place = dataclasses.replace(row.place, reply_to=scene.job.status_message_id)
                message = await self._telegram.text(place, presentation.ping(scene), [])
                return Sent(shown=(_shown(message, None),))
            case Say.PICK:
                return await self._pick(row, scene)
            case Say.FILES:
                return await self._files(row, scene)
            case _:
                assert_never(row.say)

    async def _text(self, row: Outgoing) -> Sent:
        tongue = self._scenes.tongue(row.payload.get("language"))
        words = presentation.catalogue_text(
            tongue, row.payload, self._scenes.timezone, self._scenes.titles
        )
        if (page_id := row.payload.get("edits")) is not None:
            with contextlib.suppress(MessageGone):  # deleted, or a photo: the page comes anew
                await self._telegram.edit_text(
                    row.place.chat_id, page_id, words.html, words.keyboard
                )
                return Sent()
        if words.is_question:
            html = presentation.to_whom(row.payload["question"], row.place.chat_id) + words.html
            message = await self._telegram.question(row.place, html)
        else:
            message = await self._telegram.text(row.place, words.html, words.keyboard)
        shown = _shown(message, row.tile)
        return Sent(
            shown=() if row.job_id is None else (shown,),
            question_id=shown.message_id if words.is_question else None,
        )

    async def _status(self, row: Outgoing, scene: Scene) -> Sent:
        job = scene.job
        if job.status_message_id is None:
            words = presentation.status(scene)
            message = await self._telegram.text(row.place, words.html, words.keyboard)
            shown = _shown(message, None)
            return Sent(shown=(shown,), status_message_id=shown.message_id)
        is_result_coming = job.state in {JobState.READY, JobState.DELIVERING}
        if is_result_coming or (job.state is JobState.DONE and not job.is_muted):
            return Sent()  # the result takes this message over
        words = presentation.status(scene)
        try:
            await self._telegram.edit_text(
                job.chat_id, job.status_message_id, words.html, words.keyboard
            )
        except MessageGone:
            if job.state is JobState.RUNNING:
                return Sent(status_is_gone=True)  # progress is not worth a new message
            message = await self._telegram.text(row.place, words.html, words.keyboard)
            return Sent(shown=(_shown(message, None),))
        return Sent()

    async def _result(self, row: Outgoing, scene: Scene) -> Sent:
        """In place of the status message where possible: an edit may be repeated safely."""
        job = scene.job
        asset = scene.assets[0]
        tile = asset.tile or None
        caption = presentation.result_caption(scene, tile)
        keyboard = presentation.result_keyboard(scene)
        picture = await asyncio.to_thread(self._shown_form, asset)
        is_again = bool(row.payload.get("again"))
        shown_tile = scene.tiles[0].tile if len(scene.tiles) == 1 else None
        if picture is None:
            message = await self._telegram.text(
                row.place, presentation.too_big(scene, asset, DOCUMENT_MAX_BYTES), keyboard
            )
            return Sent(shown=(_shown(message, shown_tile),), result_is_shown=True)
        if job.status_message_id is not None and not is_again:
            try:
                edited = await self._telegram.edit_into(
                    job.chat_id, job.status_message_id, picture, caption, keyboard
                )
            except MessageGone:
                pass  # deleted meanwhile: the result comes as a new message
            else:
                handles = _handles(edited, asset.tile) if edited else ()
                return Sent(
                    shown=(Shown(job.status_message_id, shown_tile),),
                    photo_file_ids=handles,
                    result_is_shown=True,
                )
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        shown = _shown(message, shown_tile)
        return Sent(
            shown=(shown,),
            status_message_id=None if is_again else shown.message_id,
            photo_file_ids=_handles(message, asset.tile),
            result_is_shown=not is_again,
        )

    async def _result_otherwise(self, row: Outgoing, scene: Scene, why: str) -> Sent:
        """Telegram refused the picture as it was shown: as a file, or in words where it waits.

        Raises SendError when not even words are taken.
        """
        log.warning("result_refused", job=scene.job.job_id, error=why)
        shown_tile = scene.tiles[0].tile if len(scene.tiles) == 1 else None
        keyboard = presentation.result_keyboard(scene)
        file, caption = self._original(scene.assets[0]), presentation.result_caption(scene, None)
        words = presentation.not_taken(scene)
        job, status_id = scene.job, scene.job.status_message_id
        is_again = bool(row.payload.get("again"))
        if status_id is None or is_again:
            try:
                message = await self._telegram.media(row.place, file, caption, keyboard)
            except SendRefused:
                message = await self._telegram.text(row.place, words, keyboard)
            return Sent(shown=(_shown(message, shown_tile),), result_is_shown=not is_again)
        try:
            await self._telegram.edit_into(job.chat_id, status_id, file, caption, keyboard)
        except SendRefused:
            await self._telegram.edit_text(job.chat_id, status_id, words, keyboard)
        return Sent(shown=(Shown(status_id, shown_tile),), result_is_shown=True)

    async def _pick(self, row: Outgoing, scene: Scene) -> Sent:
        asset = _tile(scene, row.tile)
        caption = presentation.result_caption(scene, asset.tile)
        keyboard = presentation.tile_keyboard(scene, asset.tile)
        picture = await asyncio.to_thread(self._shown_form, asset)
        if picture is None:
            text = presentation.too_big(scene, asset, DOCUMENT_MAX_BYTES)
            message = await self._telegram.text(row.place, text, keyboard)
            return Sent(shown=(_shown(message, asset.tile),))
        message = await self._telegram.media(row.place, picture, caption, keyboard)
        return Sent(
            shown=(_shown(message, asset.tile),), photo_file_ids=_handles(message, asset.tile)
        )

    async def _files(self, row: Outgoing, scene: Scene) -> Sent:
        assets = scene.tiles if row.tile is None else (_tile(scene, row.tile),)
        fitting = [asset for asset in assets if asset.size_bytes <= DOCUMENT_MAX_BYTES]
        if not fitting:
            text = presentation.too_big(scene, assets[0], DOCUMENT_MAX_BYTES)
            message = await self._telegram.text(row.place, text, [])
            return Sent(shown=(_shown(message, row.tile),))
        pictures = [self._original(asset) for asset in fitting[:ALBUM_MAX]]
        if len(pictures) == 1:
            messages = [await self._telegram.media(row.place, pictures[0], "", [])]
        else:
            messages = list(await self._telegram.album(row.place, pictures))
        return Sent(
            shown=tuple(
                _shown(message, asset.tile)
                for message, asset in zip(messages, fitting, strict=False)
            ),
            document_file_ids=tuple(
                (asset.tile, message.document.file_id)
                for message, asset in zip(messages, fitting, strict=False)
                if message.document
            ),
        )

    def _shown_form(self, asset: Asset) -> Picture | None:
        """A photo or video to look at; a document where Telegram would refuse the photo.

        None when it is too big for Telegram in every form.
        """
        path = self._data_dir / asset.path
        if asset.kind is AssetKind.VIDEO:
            return self._video(asset, path)
        if asset.photo_file_id is not None:
            return Picture("photo", path, asset.photo_file_id)
        probe = media.probe_image(path)
        if media.fits_photo(probe):
            return Picture("photo", path, file_name=_file_name(asset))
        copy = path.with_name(f"photo-{asset.tile}.jpg")
        media.photo_copy(path, copy)
        return Picture("photo", copy, file_name=_file_name(asset))

    @staticmethod
    def _video(asset: Asset, path: Path) -> Picture | None:
        if asset.photo_file_id is None and asset.size_bytes > DOCUMENT_MAX_BYTES:
            return None
        thumbnail = path.with_name(THUMBNAIL_NAME)
        if asset.photo_file_id is None and not thumbnail.exists():
            media.thumbnail(path, thumbnail)
        return Picture(
            "video",
            path,
            asset.photo_file_id,
            file_name=_file_name(asset),
            width=asset.width,
            height=asset.height,
            duration_s=asset.duration_s,
            thumbnail=thumbnail,
        )

    def _original(self, asset: Asset) -> Picture:
        return Picture(
            "document",
            self._data_dir / asset.path,
            asset.document_file_id,
            file_name=_file_name(asset),
        )


def _tile(scene: Scene, tile: int | None) -> Asset:
    for asset in scene.tiles:
        if asset.tile == tile:
            return asset
    raise SendRefused(f"job {scene.job.job_id} has no tile {tile}")


def _file_name(asset: Asset) -> str:
    return f"easel-{asset.job_id}-{asset.tile}{Path(asset.path).suffix}"


def _shown(message: Message, tile: int | None) -> Shown:
    return Shown(MessageId(message.message_id), tile)


def _handles(message: Message, tile: int) -> tuple[tuple[int, str], ...]:
    if message.photo:
        return ((tile, message.photo[-1].file_id),)
    if message.video:
        return ((tile, message.video.file_id),)
    return ()
