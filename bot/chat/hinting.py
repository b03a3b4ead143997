"""What is said of a message that holds no command: the line that does what was likely meant.

Knows nothing of how updates look; nothing is made and nothing held here.
"""

from __future__ import annotations

from typing import Final

from bot.chat.deriving import Target
from bot.chat.drafts import all_pictures
from bot.chat.pictures import Brought
from bot.chat.reading import OFFERED_MAX
from bot.chat.talk import Line, Talk, line
from bot.chat.tiles import tiles_of
from bot.model import AssetKind, ChatId
from bot.store.port import Reading

_SLASHLESS: Final = ("img", "imagine", "video")
"""Words that begin a line only where a slash was forgotten."""
_SLASHLESS_WITH_PICTURE: Final = (*_SLASHLESS, "upscale")


async def hint_line(talk: Talk, text: str, brought: Brought, target: Target | None) -> Line:
    """``text``: words without a command, alone or about pictures.

    Sent without its picture, a line copied from here would be paid for and not wanted: where
    there is one, it is said how the line goes with it.
    """
    if brought.has_list:
        return line("hint.file")
    if brought.flaw is not None:
        return line(f"picture.{brought.flaw}")
    if brought.pictures:
        is_own = brought.pictures[0].message_id == talk.place.reply_to
        key = "hint.own_picture" if is_own else "hint.this_picture"
        return line(key, command=_command(text, _SLASHLESS_WITH_PICTURE) or "/img …")
    if target is not None and target.job.request.operation.output_kind is AssetKind.VIDEO:
        return line("hint.of_video")
    if target is not None and await tiles_of(talk.tx, target.job.job_id):
        return line("hint.this_picture", command=_command(text, _SLASHLESS) or "/img …")
    command = _command(text, _SLASHLESS)
    return line("hint.no_command", command=command) if command else line("hint.no_command_long")


async def is_answered(reading: Reading, chat_id: ChatId, brought: Brought) -> bool:
    """Whether a picture or file without a word gets an answer: an album gets one, a sticker,
    which is a greeting more often than a wish, none.
    """
    if brought.media_group_id is not None:
        known = await all_pictures(reading, chat_id, (), brought.media_group_id)
        return known == brought.pictures
    return brought.pictures[0].kind != "sticker"


def line_for_wordless(brought: Brought) -> Line:
    """What can be done with a picture or file that came without a word."""
    if brought.has_list:
        return line("hint.file")
    flaw = brought.flaw
    return line("hint.picture_alone" if flaw is None else f"picture.{flaw}")


def _command(text: str, slashless: tuple[str, ...]) -> str | None:
    """The words as a command; None: they are too long to offer."""
    if len(text) > OFFERED_MAX:
        return None
    first = text.split(maxsplit=1)[:1]
    is_slashless = bool(first) and first[0].lower() in slashless
    return f"/{text.lstrip()}" if is_slashless else f"/img {text}"
