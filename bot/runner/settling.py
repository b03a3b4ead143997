"""What a finished request still holds is given back, should its end ever have left something.

Knows nothing of how that came about: a request that ends settles in the same transaction, so there
is nothing to do here unless a fault of ours, or a hand in the database, made it otherwise.
"""

from __future__ import annotations

import structlog

from bot.errors import StoreError
from bot.jobs import book
from bot.jobs.facts import Settled
from bot.model import Millis
from bot.store.port import Store, Transaction

log = structlog.get_logger(__name__)


async def settle(store: Store, now: Millis) -> int:
    """How many were settled, each in a transaction of its own. Raises StoreError."""
    settled = 0
    for row in await store.all("jobs_unsettled"):
        job_id = str(row["job_id"])
        try:
            settled += await _settle_one(store, job_id, now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # of a wrong book: the others are settled
            log.error("not settled", job=job_id, error=repr(error))  # noqa: TRY400  # expected
    return settled


async def _settle_one(store: Store, job_id: str, now: Millis) -> bool:
    async def work(tx: Transaction) -> bool:
        job = await book.find_job(tx, job_id)  # as it is now: another sweep may have been here
        if job is None:
            return False
        return await book.move(tx, job, Settled(), now=now, who="sweep") != job

    is_settled = await store.write(work)
    if is_settled:
        log.warning("settled what a finished request still held", job=job_id)
    return is_settled
