"""What somebody wants behind every prompt: read before it is kept. Pure.

Knows nothing of where it is kept. It holds words and Midjourney's flags and nothing that changes
the price or who makes it: that is typed each time, or has a button of its own.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable
from typing import Final

from bot.chat.parsed import Complaint, Parsed
from bot.chat.wish import ALIASES, OWN, reach_of
from bot.chat.words import repair_dashes, scan

SUFFIX_MAX: Final = 300
"""Characters."""
_SAMPLE: Final = "/img x "
"""Behind this it has to read as a command."""
_MOST_CORRECTIONS: Final = 6


def read_suffix(typed: str, read: Callable[[str], Parsed]) -> str | Complaint:
    """As it is kept, on one line; or what is wrong, `corrected` being the suffix put right.

    ``read``: reads a command line as somebody who takes flags would have it.
    """
    found = _look(typed, read)
    if isinstance(found, str):
        return found
    corrected = found.corrected
    for _ in range(_MOST_CORRECTIONS):
        again = _look(corrected, read) if corrected else ""
        if isinstance(again, str):
            return dataclasses.replace(found, corrected=again or None)
        corrected = again.corrected
    return dataclasses.replace(found, corrected=None)


def _look(typed: str, read: Callable[[str], Parsed]) -> str | Complaint:
    """One look; a complaint's correction may hold further mistakes."""
    suffix = repair_dashes(" ".join(typed.split()))
    if suffix.startswith("/"):
        return _complaint("settings.suffix_command", suffix)
    if set("{}") & set(unicodedata.normalize("NFKC", suffix)):
        return _complaint("settings.suffix_braces", suffix)
    if (over := len(suffix) - SUFFIX_MAX) > 0:
        return _complaint(
            "settings.suffix_too_long", suffix, length=len(suffix), max=SUFFIX_MAX, over=over
        )
    if (own := _own_option(suffix)) is not None:
        return own
    parsed = read(f"{_SAMPLE}{suffix}")
    if isinstance(parsed, Complaint):
        return dataclasses.replace(parsed, corrected=_behind_sample(parsed.corrected))
    return suffix


def _own_option(suffix: str) -> Complaint | None:
    line = scan(suffix, 0, reach_of)
    own = {name for names in OWN.values() for name in names}
    for option in line.options:
        if ALIASES.get(option.name, option.name) in own:
            edit = line.without(option)
            rest = suffix[: edit.start] + suffix[edit.end :]
            return _complaint("settings.suffix_option", suffix, rest, option=f"--{option.name}")
    return None


def _behind_sample(line: str | None) -> str | None:
    return line.removeprefix(_SAMPLE) if line and line.startswith(_SAMPLE) else None


def _complaint(
    key: str, suffix: str, corrected: str | None = None, /, **values: object
) -> Complaint:
    return Complaint(key, values, corrected, (0, len(suffix)))
