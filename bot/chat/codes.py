"""Codes as people write them: `k7qd4x`, `#K7QD4X`, `K7Q D4X`. Knows nothing of what they name."""

from __future__ import annotations

from typing import Final

from bot.jobs.codes import ALPHABET, CODE_LENGTH, VOUCHER_LENGTH
from bot.model import JobId

_LETTERS: Final = frozenset(ALPHABET)


VOUCHER_PREFIX: Final = "v-"
"""Of a voucher's code in an address."""


def read_code(text: str) -> JobId | None:
    """The code that was meant; None when no job can have it."""
    code = _letters(text.lstrip().lstrip("#"))
    return JobId(code) if _is_code(code, CODE_LENGTH) else None


def read_voucher(text: str) -> str | None:
    """The voucher's code that was meant, also with dashes; None when no voucher can have it."""
    code = _letters(text.replace("-", ""))
    return code if _is_code(code, VOUCHER_LENGTH) else None


def shown_voucher(code: str) -> str:
    """In groups of four, as it is read aloud."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _letters(text: str) -> str:
    return "".join(text.split()).upper()


def _is_code(code: str, length: int) -> bool:
    return len(code) == length and set(code) <= _LETTERS
