"""Looking gently whether a paused account is well again. Knows nothing of what made it pause.

First its own report is read, which costs nothing. Only where that cannot tell is it tried with
one job, which keeps its place if it is refused.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import ProviderError
from bot.jobs import accounts, queue
from bot.model import Clock, Job
from bot.runner.accounts import Account
from bot.store.port import Store, Transaction

REPORT_S = 10.0
"""What an account is given to tell of itself."""

log = structlog.get_logger(__name__)


async def probe(account: Account, store: Store, clock: Clock) -> Job | None:
    """Resume ``account`` if it is well, look again later if not; a job to try it with, if need be.

    The job comes admitted, as from `queue.admit`.
    """
    why = await accounts.why_paused(store, account.name)
    if why is None:
        return None
    is_well = await _ask(account, why)

    async def work(tx: Transaction) -> Job | None:
        now = clock()
        if is_well:
            await accounts.found_well(tx, account.name, now=now)
            return None
        await accounts.put_off_probe(tx, account.name, now=now)
        if is_well is False:
            return None
        return await queue.admit_probe(tx, account.name, now=now)

    return await store.write(work)


async def _ask(account: Account, why: str) -> bool | None:
    try:
        async with asyncio.timeout(REPORT_S):
            report = await account.provider.account()
    except (ProviderError, TimeoutError) as error:
        log.info("still_paused", provider=account.name, error=str(error))
        return False
    return accounts.is_well(report, why)
