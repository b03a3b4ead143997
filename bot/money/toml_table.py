"""One table of a TOML file: each key is taken out by what it should be, and what is wrong is noted.

Knows nothing of what the keys mean. What cannot be used reads as absent, so that one look finds
every mistake; each is a sentence that begins with its place.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

SHOWN_MAX: Final = 40
"""Characters of a wrong value or key in a sentence."""
DIGITS_MAX: Final = 100
"""Of a whole number that is written out; Python refuses to write thousands (sys.set_int_max_str_digits)."""


class Table:
    """``place``: what stands before each key, such as `plans.free.`; ``mistakes`` is added to."""

    def __init__(self, place: str, values: Mapping[str, Any], mistakes: list[str]) -> None:
        self.place = place
        self.mistakes = mistakes
        self._values = dict(values)
        self._asked: list[str] = []

    def note(self, key: str, sentence: str) -> None:
        self.mistakes.append(f"{self.place}{_clipped(key)}: {sentence}.")

    def take(self, key: str) -> Any:
        """As it stands; None when absent."""
        self._asked.append(key)
        return self._values.pop(key, None)

    def table(self, key: str) -> Table | None:
        value = self.take(key)
        if value is None or isinstance(value, dict):
            place = f"{self.place}{_clipped(key)}."
            return None if value is None else Table(place, value, self.mistakes)
        self.note(key, f"{shown(value)} is no table")
        return None

    def whole(self, key: str, *, least: int, most: int) -> int | None:
        """A whole number; None when absent or wrong."""
        value = self.take(key)
        if value is None or self._is_whole(key, value, least, most, ""):
            return value if value is None else int(value)
        return None

    def count(self, key: str, absent: int | None, *, least: int, most: int) -> int | None:
        """A whole number, or `unlimited`, which reads as None."""
        value = self.take(key)
        if value is None:
            return absent
        if value == "unlimited":
            return None
        is_count = self._is_whole(key, value, least, most, ', nor "unlimited"')
        return int(value) if is_count else absent

    def _is_whole(self, key: str, value: object, least: int, most: int, other: str) -> bool:
        if not is_whole(value, least):
            self.note(key, f"{shown(value)} is no whole number, {least} or more{other}")
            return False
        if not is_whole(value, least, most):
            self.note(key, f"{shown(value)} is too much: {most} at most")
            return False
        return True

    def share(self, key: str) -> Decimal:
        """A part of the whole, 0 to 1 in whole per cent; 0 when absent or wrong."""
        value = self.take(key)
        if value is None:
            return Decimal(0)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not is_number or not Decimal(value).is_finite() or not 0 <= value <= 1:
            self.note(key, f"{shown(value)} is no share from 0 to 1, such as 0.70")
        elif Decimal(value) * 100 % 1:
            self.note(key, f"{shown(value)} is no whole per cent, such as 0.70")
        else:
            return Decimal(value)
        return Decimal(0)

    def switch(self, key: str) -> bool:
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.note(key, f"{shown(value)} is neither true nor false")
        return False

    def text(self, key: str, *, most: int) -> str:
        """One line of up to ``most`` characters that are all seen; "" when absent or wrong."""
        value = self.take(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note(key, f"{shown(value)} is no text in quotes")
        elif len(value) > most or len(value.splitlines()) > 1:
            self.note(key, f"{shown(value)} is longer than one line of {most} characters")
        elif not value.isprintable():
            self.note(key, f"{shown(value)} has a letter that nobody sees")
        else:
            return value.strip()
        return ""

    def rest(self) -> dict[str, Any]:
        """What was not taken yet, by name."""
        return dict(self._values)

    def finish(self) -> None:
        """Note every key nobody asked for."""
        for key in self._values:
            near = difflib.get_close_matches(key, self._asked, n=1, cutoff=0)
            self.note(key, f"no such key; did you mean {near[0]}")


def is_whole(value: object, least: int, most: int | None = None) -> bool:
    """Whether it is a whole number of the file from ``least`` to ``most``; true is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return least <= value and (most is None or value <= most)


def shown(value: object) -> str:
    """As it would stand in the file, near enough to be found there."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < 10**DIGITS_MAX else "a number of very many digits"
        case str():
            return f'"{_clipped(value)}"'
        case dict():
            return "a table"
        case list():
            return "a list"
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return _clipped(str(value))


def _clipped(words: str) -> str:
    """Short, and on one line."""
    clipped = words if len(words) <= SHOWN_MAX else words[: SHOWN_MAX - 1] + "…"
    written = (
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in clipped
    )
    return "".join(written)
