"""Looking gently whether a paused account is well again. Knows nothing of what made it pause.

Its own report is read, which costs nothing but may be wrong: it can only keep the account paused.
Otherwise the account is tried with one job, which keeps its place if it is refused.
"""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import ProviderError
from bot.jobs import accounts
from bot.model import Clock
from bot.runner.accounts import Account
from bot.store.port import Store, Transaction

REPORT_S = 10.0
"""What an account is given to tell of itself."""

log = structlog.get_logger(__name__)


async def probe(account: Account, store: Store, clock: Clock) -> None:
    """Have ``account`` tried unless it says that it is not well; then look again later."""
    why = await accounts.why_paused(store, account.name)
    if why is None:
        return
    is_well = await _ask(account, why)

    async def work(tx: Transaction) -> None:
        if is_well is False:
            await accounts.put_off_probe(tx, account.name, now=clock())
        else:
            await accounts.put_on_trial(tx, account.name)

    await store.write(work)


async def _ask(account: Account, why: str) -> bool | None:
    try:
        async with asyncio.timeout(REPORT_S):
            report = await account.provider.account()
    except (ProviderError, TimeoutError) as error:
        log.info("still_paused", provider=account.name, error=str(error))
        return False
    return accounts.is_well(report, why)
