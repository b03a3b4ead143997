"""The codes jobs are known by: short, unguessable, and hard to misread.

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


async def free_code(reading: Reading) -> JobId:
    """One that no job has."""
    while True:
        code = JobId("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))
        if await reading.one("job_get", job_id=code) is None:
            return code
