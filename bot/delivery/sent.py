"""What a send leaves behind, to be written down by the loop in one transaction.

Knows nothing of how it was sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from telegram import Message

from bot.jobs.approvals import Approval
from bot.model import JobId, MessageId


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One message that now shows a job, or one tile of it."""

    message_id: MessageId
    tile: int | None
    job_id: JobId | None = None
    """None: the row's own."""


@dataclasses.dataclass(frozen=True, slots=True)
class AskedIn:
    """A new message about what an admin has to agree to, and how that stood when it left."""

    message_id: MessageId
    approval: Approval


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What a send left behind."""

    messages: int = 1
    """How many messages and edits it came to."""
    shown: tuple[Shown, ...] = ()
    status_message_id: MessageId | None = None
    """The message that is the job's status from now on."""
    photo_file_ids: tuple[tuple[int, str], ...] = ()
    """Tile and Telegram's handle of its shown form."""
    document_file_ids: tuple[tuple[int, str], ...] = ()
    result_is_shown: bool = False
    result_is_edited: bool = False
    """It took an old message over, which nobody is told of by the app."""
    album_id: MessageId | None = None
    """The first picture of an album that its buttons are still to be said to."""
    obsolete_id: MessageId | None = None
    """A message that has done its work and is to be taken away."""
    question_id: MessageId | None = None
    """The message whose reply completes a command."""
    bulk_message_id: MessageId | None = None
    """The message that is the bulk's from now on."""
    board_message_id: MessageId | None = None
    """The message that is the board's from now on."""
    asked_in: AskedIn | None = None
    remembered: tuple[str, str] | None = None
    """A setting of the bot's own: its name and value."""
    untaken_why: str = ""
    """Words stand for the result, for Telegram takes no media there."""
    status_is_gone: bool = False
    """Somebody deleted it: progress is shown no more."""


def shown_in(message: Message, tile: int | None) -> Shown:
    return Shown(MessageId(message.message_id), tile)


def handles_in(sent: Sent, pairs: Iterable[tuple[Message, int]]) -> Sent:
    """``sent`` with Telegram's handles of what these messages show of these tiles."""
    photos, documents = [], []
    for message, tile in pairs:
        if message.photo:
            photos.append((tile, message.photo[-1].file_id))
        elif message.video:
            photos.append((tile, message.video.file_id))
        elif message.document:
            documents.append((tile, message.document.file_id))
    return dataclasses.replace(
        sent, photo_file_ids=tuple(photos), document_file_ids=tuple(documents)
    )
