"""What nobody needs any more is put away, once an hour. Killed anywhere, the next time does the rest.

Knows nothing of what it was kept for: rows go by their age, files when no job names them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot import media
from bot.model import DAY_MS, Millis
from bot.runner.settling import settle
from bot.store.port import Store, Transaction

EVERY_MS = 3_600_000
KEPT_MS = 30 * DAY_MS
"""Albums, questions nobody answered, and what an admin was asked to agree to."""
REFERENCES = "references"
"""Below the data folder: pictures people brought."""
RESULTS = "media"

log = structlog.get_logger(__name__)


async def sweep(store: Store, data_dir: Path, now: Millis) -> None:
    """Raises StoreError, OSError."""

    async def forget(tx: Transaction) -> None:
        await tx.run("album_items_forget", before=now - KEPT_MS)
        await tx.run("drafts_forget", before=now - KEPT_MS)
        await tx.run("questions_forget", before=now - KEPT_MS)
        await tx.run("bulks_forget", before=now - KEPT_MS)
        await tx.run("approvals_forget", before=now - KEPT_MS)
        await tx.run("invoices_forget", before=now - KEPT_MS)
        await tx.run("presses_forget", before=now - DAY_MS)

    await store.write(forget)
    await settle(store, now)
    before_s = (now - DAY_MS) / 1000
    removed = 0
    for path in await asyncio.to_thread(_old_files, data_dir, before_s):
        name = path.relative_to(data_dir).as_posix()
        if await store.one("reference_named", path=name) is None:
            removed += await asyncio.to_thread(media.forget, path, before_s)
    if removed:
        log.info("swept", files=removed)


def _old_files(data_dir: Path, before_s: float) -> list[Path]:
    """What may go: all that lies with the references, and copies made for an upload."""
    found = [
        *(data_dir / REFERENCES).glob("*"),
        *(data_dir / RESULTS).glob(f"*/{media.UPLOAD}*"),
    ]
    return [path for path in found if path.is_file() and path.stat().st_mtime < before_s]
