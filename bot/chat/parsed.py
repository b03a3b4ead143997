"""What a message turned out to be: a command, a complaint, or nothing for us.

Knows nothing of how it was read, who typed it or what it costs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.model import Request

Span = tuple[int, int]
"""Start and end in the typed text, in characters of a Python string (Telegram counts UTF-16)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """The words of one message or caption."""

    text: str
    is_reply: bool = False
    """It answers one of the bot's results, so `2` or `vary 3` can be meant for us."""
    pictures: int = 0
    """How many pictures come with it, so far as is known: its own, or those replied to."""


@dataclasses.dataclass(frozen=True, slots=True)
class ImageCommand:
    """`/img`: the request is complete but for the paths of the pictures it is made from.

    `provider` is the name that does it; `request.references` is for the caller to fill in.
    """

    provider: str
    request: Request


@dataclasses.dataclass(frozen=True, slots=True)
class VideoCommand:
    """`/video`, as ImageCommand. Without words (only about a result) the parent's are meant."""

    provider: str
    request: Request


@dataclasses.dataclass(frozen=True, slots=True)
class VaryCommand:
    """`/vary` of the result replied to; what was not said is None."""

    tile: int | None = None
    strength: str | None = None
    """`strong` or `subtle`."""
    prompt: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class UpscaleCommand:
    """`/upscale` of the result or picture replied to; what was not said is None."""

    tile: int | None = None
    kind: str | None = None
    """`subtle`, `creative`, `2k` or `4k`; whether the parent's provider can is not known here."""


@dataclasses.dataclass(frozen=True, slots=True)
class PanCommand:
    """`/pan` of the result replied to; what was not said is None."""

    tile: int | None = None
    direction: str | None = None
    """`left`, `right`, `up` or `down`."""


@dataclasses.dataclass(frozen=True, slots=True)
class ZoomCommand:
    """`/zoom` of the result replied to; what was not said is None."""

    tile: int | None = None
    factor: str | None = None
    """`square`, or a number above 1 and up to 2, as a plain decimal without trailing zeros."""


@dataclasses.dataclass(frozen=True, slots=True)
class PickCommand:
    """A bare number in reply to a result: show that tile."""

    tile: int


@dataclasses.dataclass(frozen=True, slots=True)
class AgainCommand:
    """The word "again" in reply to a result or a failure: the same request once more."""


@dataclasses.dataclass(frozen=True, slots=True)
class PlainCommand:
    """Any other known command, by its own name (aliases resolved), with the words after it."""

    name: str
    argument: str = ""


Command = (
    ImageCommand
    | VideoCommand
    | VaryCommand
    | UpscaleCommand
    | PanCommand
    | ZoomCommand
    | PickCommand
    | AgainCommand
    | PlainCommand
)


@dataclasses.dataclass(frozen=True, slots=True)
class Complaint:
    """Why a command cannot be done as typed. Nothing was held, nothing was started."""

    key: str
    """Of the sentence in the catalogues."""
    values: Mapping[str, object]
    """For the sentence's placeholders; people's own words are among them, so escape."""
    corrected: str | None
    """The whole message put right, ready to copy: it reads as a command. None: only they know."""
    at: Span
    """The words complained about."""
    is_addressed: bool = True
    """False: an unknown command that names no bot. In a group it may be another bot's: be silent."""

    @property
    def is_of_command(self) -> bool:
        """The command itself is unknown."""
        return self.key.startswith("complaint.command_")


@dataclasses.dataclass(frozen=True, slots=True)
class NotForUs:
    """Talk between people, or another bot's command."""


Parsed = Command | Complaint | NotForUs


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class Mistake(Exception):
    """Raised inside the grammar where reading stops; `parse` turns it into a Complaint."""

    def __init__(self, key: str, at: Span, *edits: Edit, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.at = at
        self.edits = edits
        """What would put the text right; empty when that cannot be known."""
        self.values = values

    def correct(self, text: str) -> str | None:
        if not self.edits:
            return None
        for edit in sorted(self.edits, key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text
