"""Reads an amount of money as people type it, in whole đồng. Pure.

`50000`, `50.000`, `50,000`, `50_000`, `50k`, `5tr` and `5M` are read, with or without the đồng's
sign. What could mean two things (`1.5k`, `50 000`) is refused: nobody is given a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.errors import EaselError
from bot.money.plans import AMOUNT_MAX_VND

_TIMES: Final[Mapping[str, int]] = {
    "": 1,
    "k": 1_000,
    "tr": 1_000_000,
    "triệu": 1_000_000,
    "m": 1_000_000,
}
_UNIT: Final = r"k|triệu|tr|m"
_SIGN: Final = r"₫|đồng|đ|vnđ|vnd"
_AMOUNT: Final = re.compile(
    rf"(?P<minus>[-−–—])?(?:₫ ?)?(?P<number>[0-9][0-9.,_]*?) ?(?P<unit>{_UNIT})? ?(?:{_SIGN})?"
)
_DIGITS: Final = re.compile(r"[0-9]+")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+|(?:_[0-9]{3})+)")
_FRACTION: Final = re.compile(r"[0-9][0-9.,_]*[.,][0-9]+")
_BEGINS: Final = re.compile(
    rf"(?:[-−–—₫]+ )?\S+(?: (?:{_UNIT}))?(?: (?:{_SIGN}))?(?!\S)", re.IGNORECASE
)
_GOES_ON: Final = re.compile(r"[0-9]{3}(?![0-9])")


class BadAmount(EaselError):
    """What was typed is no amount we take. ``key``: the sentence of the catalogue that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_amount(text: str) -> int:
    """Đồng, 1 to AMOUNT_MAX_VND. Raises BadAmount."""
    plain = " ".join(unicodedata.normalize("NFC", text).lower().split())
    read = _AMOUNT.fullmatch(plain)
    if read is None:
        raise BadAmount("amount.no_number")
    number, unit = read["number"], read["unit"] or ""
    if read["minus"]:
        raise BadAmount("amount.negative")
    is_grouped = _GROUPED.fullmatch(number) is not None
    if not is_grouped and _DIGITS.fullmatch(number) is None:
        key = "amount.fraction" if _FRACTION.fullmatch(number) else "amount.no_number"
        raise BadAmount(key)
    if is_grouped and unit:
        raise BadAmount("amount.fraction")  # `1.500k`: thousands of thousands, or one and a half?
    digits = re.sub(r"[.,_]", "", number).lstrip("0")
    if not digits:
        raise BadAmount("amount.zero")
    if len(digits) > len(str(AMOUNT_MAX_VND)) or int(digits) * _TIMES[unit] > AMOUNT_MAX_VND:
        raise BadAmount("amount.huge")
    return int(digits) * _TIMES[unit]


def take_amount(text: str) -> tuple[int, str]:
    """The amount ``text`` begins with, in đồng, and the words behind it. Raises BadAmount."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    begins = _BEGINS.match(plain)
    if begins is None:
        raise BadAmount("amount.no_number")
    rest = plain[begins.end() :].strip()
    if _GOES_ON.match(rest) and re.fullmatch(r"[0-9]{1,3}", begins[0]):
        raise BadAmount("amount.spaced")
    return read_amount(begins[0]), rest
