"""Files on their way to Telegram, in the shapes its library takes.

Knows nothing of messages and calls nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from telegram import InputFile, InputMediaDocument, InputMediaPhoto, InputMediaVideo


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A photo, video or document to send: Telegram's handle of it, or the file."""

    kind: str
    """`photo`, `video` or `document`."""
    path: Path
    file_id: str | None = None
    file_name: str = ""
    width: int = 0
    height: int = 0
    duration_s: float | None = None
    thumbnail: Path | None = None


@contextlib.asynccontextmanager
async def opened(picture: Picture) -> AsyncIterator[tuple[str | InputFile, InputFile | None]]:
    """The file as a handle Telegram's library streams from, or the handle Telegram knows."""
    if picture.file_id is not None:
        yield picture.file_id, None
        return
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(await asyncio.to_thread(picture.path.open, "rb"))
        thumbnail = None
        if picture.thumbnail is not None:
            handle = stack.enter_context(await asyncio.to_thread(picture.thumbnail.open, "rb"))
            thumbnail = InputFile(handle, attach=True, read_file_handle=False)
        # Read whole, fifty videos would stand in memory (docs/telegram.md: 32 MB or 2,285).
        yield (
            InputFile(
                file,
                filename=picture.file_name or picture.path.name,
                attach=True,
                read_file_handle=False,
            ),
            thumbnail,
        )


def input_media(
    picture: Picture, file: str | InputFile, thumbnail: InputFile | None, caption: str
) -> InputMediaPhoto | InputMediaVideo | InputMediaDocument:
    """As part of an album, or to take the place of what a message shows; ``caption`` is HTML."""
    said: dict[str, Any] = {"caption": caption or None, "parse_mode": "HTML"}
    match picture.kind:
        case "photo":
            return InputMediaPhoto(file, **said)
        case "video":
            return InputMediaVideo(
                file,
                width=picture.width,
                height=picture.height,
                duration=whole_seconds(picture),
                thumbnail=thumbnail,
                supports_streaming=True,
                **said,
            )
        case _:
            return InputMediaDocument(file, thumbnail=thumbnail, **said)


def whole_seconds(picture: Picture) -> int:
    """Its length as Telegram counts it."""
    return max(1, round(picture.duration_s or 1))
