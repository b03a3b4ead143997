"""Pictures handed over with an order: brought into the provider's shape and up to it.

Knows nothing of what becomes of the order: an upload orders nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot import media
from bot.model import Job
from bot.runner.accounts import Account


async def hand_over(job: Job, account: Account, data_dir: Path) -> tuple[str, ...]:
    """The handles of the job's pictures, in their order; they are never used for another order.

    Raises BrokenMedia, FileTooBig, OSError for a picture that cannot be used, and what
    `Provider.upload` raises.
    """
    paths = await _shaped(job, account, data_dir)
    try:
        return tuple([await account.provider.upload(path) for path in paths])
    finally:
        await asyncio.to_thread(_remove_copies, job, paths)


async def _shaped(job: Job, account: Account, data_dir: Path) -> list[Path]:
    """As the provider takes them; a result of another may be larger than that."""
    paths = [data_dir / reference for reference in job.request.references]
    uploads = account.provider.capabilities.uploads
    if uploads is None:
        return paths
    return [
        await asyncio.to_thread(
            media.fitted, path, uploads.mimes, uploads.max_bytes, tag=job.job_id
        )
        for path in paths
    ]


def _remove_copies(job: Job, paths: Sequence[Path]) -> None:
    for path in paths:
        if path.name.startswith(f"{media.UPLOAD}{job.job_id}-"):
            path.unlink(missing_ok=True)
