"""Several requests of one message: asked about with their price, begun when that is agreed to.

Knows nothing of how a message is cut into lines, nor of how they are made. Nothing is held
before the person says yes, and only who asked may say so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from bot.chat.bulk import (
    COUNTED,
    LINE_MAX,
    MOST,
    Asked,
    Lines,
    Overloaded,
    TooLong,
    TooMany,
    Unclosed,
    choice_in,
    expand,
    has_words,
    printed,
    unclosed_in,
)
from bot.chat.bulk_files import TEXT_MAX_BYTES
from bot.chat.deriving import Target
from bot.chat.drafts import add_draft, has_room
from bot.chat.making import Making
from bot.chat.parsed import Complaint, ImageCommand, Parsed, VideoCommand
from bot.chat.pictures import Brought
from bot.chat.reading import OFFERED_MAX, Reader
from bot.chat.talk import Talk, line
from bot.chat.wish import OPTIONS_MAX
from bot.errors import Flaw
from bot.jobs import bulk
from bot.jobs.accept import Desk, Order
from bot.jobs.bulk import Part
from bot.jobs.bulk_orders import total_of
from bot.jobs.preferences import Preferences, preferences_of

WORDS_SHOWN: Final = 60
"""Characters of a line that is complained about."""


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What a message or a file asks for, read."""

    asked: Asked
    parsed: tuple[Parsed, ...]
    """For each line; it ends with the first that is no request and that nobody could put right."""
    joined: Parsed | None
    """All of it as one."""


@dataclasses.dataclass(frozen=True, slots=True)
class NoChoice:
    """A choice in braces where only one thing can be made of what came with it."""

    words: str


Told = Asked | NoChoice | Unclosed


class Bulking:
    """Made once."""

    def __init__(self, desk: Desk, reader: Reader, making: Making) -> None:
        self._desk = desk
        self._reader = reader
        self._making = making

    def read(self, text: str, brought: Brought, target: Target | None) -> tuple[str, Told | None]:
        """The text of an ordinary command, and None; or the several that it asks for.

        With pictures, and about a result, it is one, or none where it has choices.
        """
        if brought.has_list:
            return text, None
        if brought.pictures or target is not None:
            choice = choice_in(text)
            return text, None if choice is None else NoChoice(choice)
        asked = expand(text, self._reader.username)
        if asked is not None and (unclosed := unclosed_in(text)) is not None:
            return text, unclosed
        if isinstance(asked, Lines) and len(asked.lines) == 1:
            return asked.lines[0], None
        return text, asked

    async def take(self, talk: Talk, text: str, asked: Told | None, brought: Brought) -> bool:
        """Ask about several requests; False: it is none of them."""
        if isinstance(asked, NoChoice):
            await talk.say(line("bulk.no_choice", words=_cut(asked.words)))
            return True
        if isinstance(asked, Unclosed):
            await self._say_unclosed(talk, asked)
            return True
        if asked is not None:
            preferences = await preferences_of(talk.tx, talk.speaker.user_id)
            await self._ask(talk, self._hear(asked, preferences))
            return True
        if not brought.has_list or expand(text, self._reader.username) is None:
            return False
        await self._write_draft(talk, text, brought)
        return True

    def read_list(self, command: str, content: str, preferences: Preferences) -> Heard | None:
        """The requests of a file, whose text is ``content``, that came with ``command``; None:
        there is nothing to make in it. It may take a while, and is pure.
        """
        asked = expand(f"{command}\n{content}", self._reader.username)
        if isinstance(asked, Lines):
            if not any(map(has_words, asked.lines)):
                return None
            if len(asked.lines) > 1:
                asked = dataclasses.replace(asked, joined=None)
        return None if asked is None else self._hear(asked, preferences)

    async def ask_list(self, talk: Talk, heard: Heard | None) -> None:
        """Ask about the requests of a file."""
        if heard is None:
            await talk.say(line(f"textfile.{Flaw.EMPTY}"))
            return
        await self._ask(talk, heard)

    # --- asking -----------------------------------------------------------------------------

    async def _write_draft(self, talk: Talk, command: str, brought: Brought) -> None:
        """The file is fetched first; what is known to be wrong is said at once."""
        file = brought.pictures[0]
        if has_words(command):
            await talk.say(line("bulk.file_words"))
        elif (file.size_bytes or 0) > TEXT_MAX_BYTES:
            await talk.say(line(f"textfile.{Flaw.TOO_LARGE}"))
        elif await has_room(talk):
            await add_draft(talk, command, Brought((file,)), due_at=talk.now)

    def _hear(self, asked: Asked, preferences: Preferences) -> Heard:
        """Read it, as far as the first line that nobody could put right."""
        if not isinstance(asked, Lines):
            return Heard(asked, (), None)

        def read(text: str) -> Parsed:
            return self._reader.read(text, is_reply=False, pictures=[0], preferences=preferences)

        parsed: list[Parsed] = []
        for text in asked.lines:
            parsed.append(read(text))
            if not _is_made(parsed[-1]) and _corrected(parsed[-1]) is None:
                break
        is_whole = all(map(_is_made, parsed))
        return Heard(
            asked, tuple(parsed), read(asked.joined) if asked.joined and is_whole else None
        )

    async def _ask(self, talk: Talk, heard: Heard) -> None:
        asked = heard.asked
        if isinstance(asked, TooMany):
            key = "bulk.too_many" if asked.count <= COUNTED else "bulk.far_too_many"
            await talk.say(line(key, count=min(asked.count, COUNTED), most=MOST))
            return
        if isinstance(asked, TooLong):
            await talk.say(line("bulk.line_too_long", number=asked.place, most=LINE_MAX))
            return
        if isinstance(asked, Overloaded):
            told = line(
                "bulk.line_overloaded", number=asked.place, count=asked.count, most=OPTIONS_MAX
            )
            await talk.say(told)
            return
        made = [each for each in heard.parsed if isinstance(each, ImageCommand | VideoCommand)]
        if len(made) < len(heard.parsed):
            await self._complain(talk, asked, heard.parsed)
            return
        if len(made) == 1:
            await self._making.make(talk, made[0])
            return
        joined = heard.joined
        as_one = _part(joined) if isinstance(joined, ImageCommand | VideoCommand) else None
        await self._question(talk, [_part(each) for each in made], as_one)

    async def _say_unclosed(self, talk: Talk, asked: Unclosed) -> None:
        """With the line to copy, where that reads."""
        lines = [line("bulk.unclosed", brace="{", words=_cut(asked.words))]
        again = expand(asked.closed, self._reader.username)
        preferences = await preferences_of(talk.tx, talk.speaker.user_id)
        is_read = isinstance(again, Lines) and all(
            isinstance(
                self._reader.read(each, is_reply=False, pictures=[0], preferences=preferences),
                ImageCommand | VideoCommand,
            )
            for each in again.lines
        )
        if is_read and len(asked.closed) <= OFFERED_MAX:
            lines.append(line("hint.corrected", command=asked.closed))
        await talk.say(*lines)

    async def _question(self, talk: Talk, parts: Sequence[Part], joined: Part | None) -> None:
        if not (
            await total_of(self._desk, talk.tx, talk.speaker.user_id, talk.place.chat_id, parts)
        ).covered:
            await self._say_lacking(talk, parts[0])
            return
        await bulk.add_bulk(
            talk.tx, talk.speaker.user_id, talk.place, parts, joined=joined, now=talk.now
        )

    async def _complain(self, talk: Talk, asked: Lines, parsed: Sequence[Parsed]) -> None:
        """The first line that is no request, why, and all of it put right where that is short."""
        at, wrong = next((at, each) for at, each in enumerate(parsed) if not _is_made(each))
        words = asked.lines[at]
        lines = [line("bulk.line_wrong", number=asked.places[at], words=_cut(words))]
        if isinstance(wrong, Complaint):
            lines.append(self._reader.sentence(wrong))
        else:
            lines.append(line("bulk.line_other"))
        if (whole := _put_right(asked.lines, parsed)) is not None:
            lines.append(line("hint.corrected", command=whole))
        await talk.say(*lines)

    async def _say_lacking(self, talk: Talk, part: Part) -> None:
        order = Order(talk.speaker.user_id, talk.place, part.request, part.provider)
        await self._making.is_covered(talk, order)


def _cut(words: str) -> str:
    return words if len(words) <= WORDS_SHOWN else f"{words[: WORDS_SHOWN - 1]}…"


def _part(command: ImageCommand | VideoCommand) -> Part:
    return Part(command.provider, command.request)


def _is_made(parsed: Parsed) -> bool:
    return isinstance(parsed, ImageCommand | VideoCommand)


def _corrected(parsed: Parsed) -> str | None:
    return parsed.corrected if isinstance(parsed, Complaint) else None


def _put_right(lines: Sequence[str], parsed: Sequence[Parsed]) -> str | None:
    """The whole message without its mistakes; None where only they know, or it is too long."""
    if len(parsed) < len(lines):
        return None
    mended = [
        text if _is_made(each) else _corrected(each)
        for text, each in zip(lines, parsed, strict=True)
    ]
    whole = printed([text for text in mended if text is not None])
    return whole if None not in mended and len(whole) <= OFFERED_MAX else None
