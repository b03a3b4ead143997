"""What a call to Telegram that failed means for whoever made it.

Knows nothing of calls or of jobs; texts as the official server writes them (docs/telegram.md).
"""

from __future__ import annotations

import re
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.errors import EaselError
from bot.model import ChatId

_CODE: Final = re.compile(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)+", re.ASCII)
"""What Telegram's servers say in one word of capitals."""
UNREACHED_S: Final = 5.0
"""Until the next try at a Telegram that cannot be reached."""


class SendError(EaselError):
    """A call to Telegram did not do what was wanted."""


class SendLater(SendError):
    """Try again after ``after_s``; it may have arrived all the same, when its answer was lost."""

    def __init__(self, why: str, after_s: float) -> None:
        super().__init__(why)
        self.after_s = after_s


class NotSent(SendLater):
    """It did not arrive, for sure: to be tried again for as long as it takes."""


class FloodWait(NotSent):
    """Too much at once: nothing to this chat before ``after_s``."""


class SendRefused(SendError):
    """Telegram will never take this as it stands."""


class ReplyGone(SendRefused):
    """What was to be replied to is deleted; in a topic Telegram insists on it."""


class WordsUnreadable(SendRefused):
    """The text is no HTML to Telegram."""


class MediaForbidden(SendRefused):
    """The chat takes words and none of ``kind``: photos, videos, documents, or media at all."""

    def __init__(self, why: str, kind: str) -> None:
        super().__init__(why)
        self.kind = kind


class MessageGone(SendRefused):
    """The message to edit is not there any more, or cannot be edited."""


class ChatGone(SendError):
    """Blocked, kicked, deleted: nothing can be said there."""


class ChatMoved(SendError):
    """The group became a supergroup with another id."""

    def __init__(self, new_chat_id: ChatId) -> None:
        super().__init__(str(new_chat_id))
        self.new_chat_id = new_chat_id


class NotModified(SendError):
    """The message reads like this already: success."""


_GONE = (
    "chat not found",
    "user is deactivated",
    "not enough rights to send text messages",
    "have no rights to send a message",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "kicked",
)
_MESSAGE_GONE = (
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "message_id_invalid",
)
_REPLY_GONE = ("message to be replied not found", "replied message not found")
_MEDIA_RIGHTS: Final = (
    ("photos", ("rights to send photos", "chat_send_photos_forbidden")),
    ("videos", ("rights to send videos", "chat_send_videos_forbidden")),
    ("documents", ("rights to send documents", "chat_send_docs_forbidden")),
    ("media", ("rights to send", "chat_send_media_forbidden", "chat_send_gifs_forbidden")),
)
"""As TDLib says it before it asks, and as Telegram itself does; words are not among them."""
_NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""What the client under Telegram's library raises before anything has left."""


def words_of(error: SendError) -> str:
    """What Telegram answered, to be quoted: its library writes a code like a sentence's beginning."""
    said = str(error)
    return said.upper() if _CODE.fullmatch(said) else said


def meaning_of(error: TelegramError) -> SendError:
    """What to do about ``error``, by its exact class: BadRequest and TimedOut are NetworkErrors."""
    text = str(error)
    lower = text.lower()
    match error:
        case RetryAfter():
            after = error.retry_after
            seconds = after.total_seconds() if hasattr(after, "total_seconds") else float(after)
            return FloodWait("flood wait", seconds)
        case ChatMigrated():
            return ChatMoved(ChatId(error.new_chat_id))
        case Forbidden() | BadRequest() if (kind := _missing(lower)) is not None:
            return MediaForbidden(text, kind)
        case Forbidden():
            return ChatGone(text)
        case BadRequest():
            return _meaning_of_refusal(text)
        case NetworkError() if "too large" in lower or "413" in lower:
            return SendRefused(text)
        case _ if type(error.__cause__).__name__ in _NEVER_LEFT:
            return NotSent(text, UNREACHED_S)
        case _:
            return SendLater(text, 2.0)


def _missing(lower: str) -> str | None:
    """The kind of media there is no right to send; None: it is about something else."""
    if any(words in lower for words in _GONE):
        return None
    for kind, all_words in _MEDIA_RIGHTS:
        if any(words in lower for words in all_words):
            return kind
    return None


def _meaning_of_refusal(text: str) -> SendError:
    lower = text.lower()
    if "message is not modified" in lower:
        return NotModified(text)
    if any(words in lower for words in _MESSAGE_GONE):
        return MessageGone(text)
    if any(words in lower for words in _REPLY_GONE):
        return ReplyGone(text)
    if "can't parse entities" in lower:
        return WordsUnreadable(text)
    if any(words in lower for words in _GONE):
        return ChatGone(text)
    return SendRefused(text)
