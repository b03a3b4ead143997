"""What in a prompt would have Midjourney make it several times over, and be paid as often. Pure.

It reads such things wherever they stand, glued to a word or in brackets too, so they are looked
for as a machine may read them: letters of any width, dashes of any length, nothing invisible.
Knows nothing of commands, of requests or of what is said about it.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import unicodedata
from collections.abc import Iterator

_REPEAT = re.compile(r"--+(?:repeat|r(?![^\W\d_]))", re.IGNORECASE)
_LONG_DASHES = frozenset("—–―‒−⸺⸻﹘")
_HYPHENS = frozenset("‐‑⁃˗")
_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\u17b4\u17b5")
"""Ignorable signs that are neither format signs nor selectors of a variant."""


class Multiplier(enum.StrEnum):
    REPEAT = "repeat"
    BRACES = "braces"
    """`{red, green}`: one picture for each."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    multiplier: Multiplier
    start: int
    end: int
    """Where it stands in the text as typed."""


def find_multiplier(text: str) -> Found | None:
    """The first thing in ``text`` that multiplies the price."""
    places = [(sign, place) for place, typed in enumerate(text) for sign in _as_read(typed)]
    read = "".join(sign for sign, _ in places)
    if repeat := _REPEAT.search(read):
        first, last = places[repeat.start()][1], places[repeat.end() - 1][1]
        return Found(Multiplier.REPEAT, first, last + 1)
    opened: list[int] = []
    for sign, place in places:
        if sign == "{":
            opened.append(place)
        elif sign == "}" and opened:
            opened.pop()
        elif sign == "," and opened:
            end = next((at for other, at in places if other == "}" and at > place), place)
            return Found(Multiplier.BRACES, opened[0], end + 1)
    return None


def _as_read(typed: str) -> Iterator[str]:
    if typed.isascii():
        yield typed
        return
    if typed in _LONG_DASHES:  # phones make one of two hyphens
        yield from "--"
        return
    for sign in unicodedata.normalize("NFKC", typed):
        if sign in _LONG_DASHES:
            yield from "--"
        elif sign in _HYPHENS:
            yield "-"
        elif not _is_unseen(sign):
            yield sign


def _is_unseen(sign: str) -> bool:
    name = unicodedata.name(sign, "")
    return unicodedata.category(sign) == "Cf" or sign in _UNSEEN or "VARIATION SELECTOR" in name
