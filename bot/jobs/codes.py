"""The codes jobs and vouchers are known by: unguessable, and hard to misread.

Knows nothing of what a job is.
"""

from __future__ import annotations

import secrets
from typing import Final

from bot.model import JobId
from bot.store.port import Reading

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base32 without the pairs people confuse (0 O, 1 I L, U V)."""
CODE_LENGTH: Final = 6
VOUCHER_LENGTH: Final = 12
"""59 bits: who tries codes finds none."""


async def free_code(reading: Reading) -> JobId:
    """One that no job has."""
    while True:
        code = JobId(_letters(CODE_LENGTH))
        if await reading.one("job_get", job_id=code) is None:
            return code


def voucher_code() -> str:
    """A new one; nobody has it, as far as chance goes."""
    return _letters(VOUCHER_LENGTH)


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
