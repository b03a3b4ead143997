"""Which pictures a message brings: its own, or those it replies to. Pure.

Knows nothing of what they are wanted for. What Telegram says of a file is only enough to refuse
it early; whether it is a picture its bytes tell, later.
"""

from __future__ import annotations

import dataclasses
import mimetypes
from typing import Any

from telegram import Document, ExternalReplyInfo, Message

from bot.errors import Flaw

TELEGRAM_MAX_BYTES = 20 * 1024 * 1024
"""Larger files Telegram does not hand to a bot (docs/telegram.md)."""

_ANY_BYTES = "application/octet-stream"
_LOOKED_AT = ("image/", "video/")
"""What is said of each as such, by its bytes or by its own name."""
_FLAWS = {
    "other": Flaw.NO_PICTURE,
    "list": Flaw.NO_PICTURE,
    "video": Flaw.VIDEO,
    "animation": Flaw.ANIMATED,
    "sticker": Flaw.STICKER,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """One file of a message, as Telegram tells of it."""

    message_id: int
    """Of the message that shows it: an album comes in this order."""
    file_id: str
    kind: str
    """`photo`, `document`, `video`, `animation` or `sticker`; `list`: a text file; `other`: a
    file that is plainly no picture."""
    size_bytes: int | None = None
    mime: str | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @property
    def flaw(self) -> Flaw | None:
        """Why it cannot be used, as far as that is known without fetching it."""
        if self.kind in _FLAWS:
            return _FLAWS[self.kind]
        if (self.mime or "").startswith("video/"):
            return Flaw.VIDEO
        is_too_large = (self.size_bytes or 0) > TELEGRAM_MAX_BYTES
        return Flaw.TOO_LARGE if is_too_large else None


@dataclasses.dataclass(frozen=True, slots=True)
class Brought:
    """The pictures at hand, and the album they are of: its other items come, or came, apart."""

    pictures: tuple[Picture, ...] = ()
    media_group_id: str | None = None

    @property
    def flaw(self) -> Flaw | None:
        """Of the first that cannot be used, as far as that is known."""
        return next((each.flaw for each in self.pictures if each.flaw is not None), None)

    @property
    def has_list(self) -> bool:
        """It is a text file, whose lines are requests."""
        return self.pictures[:1] != () and self.pictures[0].kind == "list"


def picture_in(message: Message | ExternalReplyInfo) -> Picture | None:
    """What a message shows; a photo in its largest size."""
    # An animation comes as a document too, so it is looked for first.
    for kind in ("photo", "animation", "video", "sticker", "document"):
        found = getattr(message, kind)
        if not found:
            continue
        file = found[-1] if kind == "photo" else found
        return Picture(
            message.message_id or 0,
            file.file_id,
            _kind_of(file) if kind == "document" else kind,
            file.file_size,
            getattr(file, "mime_type", None),
        )
    return None


def _kind_of(file: Document) -> str:
    if _is_text(file):
        return "list"
    named = mimetypes.guess_type(file.file_name or "", strict=False)[0]
    told = [mime for mime in (file.mime_type, named) if mime and mime != _ANY_BYTES]
    is_other = bool(told) and not any(mime.startswith(_LOOKED_AT) for mime in told)
    return "other" if is_other else "document"


def _is_text(file: Document) -> bool:
    is_named_so = (file.file_name or "").lower().endswith(".txt")
    return is_named_so or file.mime_type == "text/plain"


def brought_by(message: Message, replied: Message | ExternalReplyInfo | None) -> Brought:
    """Its own picture goes before the one replied to; ``replied`` None: that is none of theirs."""
    if (own := picture_in(message)) is not None:
        return Brought((own,), message.media_group_id)
    if replied is None or (other := picture_in(replied)) is None:
        return Brought()
    # From another chat or topic, Telegram does not tell the album.
    album = replied.media_group_id if isinstance(replied, Message) else None
    return Brought((other,), album)
