"""A job's code as people write it: `k7qd4x`, `#K7QD4X`, `K7Q D4X`. Knows nothing of jobs."""

from __future__ import annotations

from typing import Final

from bot.jobs.codes import ALPHABET, CODE_LENGTH
from bot.model import JobId

_LETTERS: Final = frozenset(ALPHABET)


def read_code(text: str) -> JobId | None:
    """The code that was meant; None when no job can have it."""
    code = "".join(text.split()).lstrip("#").upper()
    is_code = len(code) == CODE_LENGTH and set(code) <= _LETTERS
    return JobId(code) if is_code else None
