"""The codes jobs and vouchers are known by: unguessable, and hard to misread.

Knows nothing of what a job is.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from bot.model import JobId
from bot.store.port import Reading

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base32 without the pairs people confuse (0 O, 1 I L, U V)."""
CODE_LENGTH: Final = 6
VOUCHER_LENGTH: Final = 12
"""59 bits: who tries codes finds none."""
_FILE = re.compile(rf"easel-([{ALPHABET}]{{{CODE_LENGTH}}})-(\d+)\.")


async def free_code(reading: Reading) -> JobId:
    """One that no job has."""
    while True:
        code = JobId(_letters(CODE_LENGTH))
        if await reading.one("job_get", job_id=code) is None:
            return code


def voucher_code() -> str:
    """A new one; nobody has it, as far as chance goes."""
    return _letters(VOUCHER_LENGTH)


def file_name(job_id: JobId, tile: int, suffix: str) -> str:
    """What the person who saves it finds it by. ``suffix``: with its dot."""
    return f"easel-{job_id}-{tile}{suffix}"


def read_file_name(name: str) -> tuple[JobId, int] | None:
    """The job's code and the tile; None: we have named no file so."""
    found = _FILE.match(name)
    return (JobId(found[1]), int(found[2])) if found else None


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
