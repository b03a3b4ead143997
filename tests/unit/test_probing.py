"""A paused account: looked at gently, ever more rarely, and tried when nothing speaks against it."""

from collections.abc import Callable
from typing import cast

import pytest
from shop import NOON, Shop

from bot.errors import AccountUnusable, Unreachable
from bot.jobs import accounts
from bot.model import Reason
from bot.providers.port import AccountReport, Provider
from bot.runner.accounts import Account
from bot.runner.probing import probe

KEY, CREDITS, LIMIT, BY_HAND = "key", "credits", accounts.DAILY_LIMIT, accounts.BY_HAND


@pytest.mark.parametrize(
    ("report", "why", "expected"),
    [
        (None, CREDITS, None),
        (AccountReport(), CREDITS, None),
        (AccountReport(credits_left=4.0), CREDITS, True),
        (AccountReport(credits_left=0.0), CREDITS, False),
        (AccountReport(credits_left=4.0, used_today=9, daily_limit=9), CREDITS, False),
        (AccountReport(credits_left=4.0), LIMIT, None),
        (AccountReport(used_today=0, daily_limit=9), LIMIT, True),
        (AccountReport(used_today=9, daily_limit=9), LIMIT, False),
        (AccountReport(credits_left=4.0), KEY, True),
        (AccountReport(plan="pro"), KEY, None),
    ],
)
def test_the_accounts_own_report_says_whether_it_is_well(
    report: AccountReport | None, why: str, expected: object
) -> None:
    assert expected is accounts.is_well(report, why)


def test_looks_grow_rarer_up_to_a_quarter_of_an_hour() -> None:
    pauses = [accounts.probe_pause_s(probes) for probes in (0, 1, 2, 3, 4, 1_000)]
    assert [60, 120, 240, 480, 900, 900] == pauses


class Asked:
    """A provider that is asked what it has left."""

    name, title = "apiframe", "Midjourney"

    def __init__(self, answer: Callable[[], AccountReport | None]) -> None:
        self._answer = answer

    async def account(self) -> AccountReport | None:
        return self._answer()


def no_key() -> AccountReport:
    raise AccountUnusable("apiframe", Reason.KEY, status=401)


def away() -> AccountReport:
    raise Unreachable("apiframe", "no route")


async def pause(shop: Shop, why: str = CREDITS) -> bool:
    return await shop.store.write(
        lambda tx: accounts.pause(tx, "apiframe", why, detail="", now=shop.now())
    )


async def look(
    shop: Shop, answer: Callable[[], AccountReport | None]
) -> tuple[str | None, int | None, bool]:
    """After a look: why it is paused, the seconds until the next, and if a job is tried with it."""
    account = Account(cast("Provider", Asked(answer)), lanes=3)
    await probe(account, shop.store, shop.now)
    job = await shop.admit()
    row = await shop.store.one("account_get", provider="apiframe")
    assert row is not None
    at = row["probe_at"]
    wait_s = None if at is None else (at - shop.now()) // 1000
    return row["paused_why"], wait_s, job is not None


async def test_an_account_that_says_it_has_credits_is_tried_with_one_job_and_not_believed(
    shop: Shop,
) -> None:
    await shop.order(1)
    await shop.order(2)
    await pause(shop)
    assert (CREDITS, 120, True) == await look(shop, lambda: AccountReport(credits_left=5.0))
    assert None is await shop.admit()


async def test_an_account_that_is_to_be_tried_and_has_nobody_waiting_is_not_looked_at_again(
    shop: Shop,
) -> None:
    await pause(shop)
    assert (CREDITS, None, False) == await look(shop, lambda: None)
    await shop.order(1)
    assert await shop.admit()


@pytest.mark.parametrize("answer", [no_key, away, lambda: AccountReport(credits_left=0.0)])
async def test_an_account_that_is_not_well_is_looked_at_more_and_more_rarely(
    shop: Shop, answer: Callable[[], AccountReport]
) -> None:
    await shop.order(1)
    assert await pause(shop)
    assert not await pause(shop)
    for wait_s in (120, 240, 480, 900, 900):
        assert (CREDITS, wait_s, False) == await look(shop, answer)


async def test_where_the_report_cannot_tell_one_waiting_job_is_tried(shop: Shop) -> None:
    await shop.order(1)
    await shop.order(2)
    await pause(shop)
    assert (CREDITS, 120, True) == await look(shop, lambda: None)
    assert None is await shop.admit()


async def test_what_an_operator_paused_only_an_operator_resumes(shop: Shop) -> None:
    await shop.store.write(lambda tx: accounts.pause_by_hand(tx, "apiframe", now=NOON))
    assert not await pause(shop)
    await shop.store.write(lambda tx: accounts.found_well(tx, "apiframe", now=NOON))
    assert [] == await shop.store.all("accounts_to_probe", now=NOON + 10**9)
    assert BY_HAND == await accounts.why_paused(shop.store, "apiframe")
    assert await shop.store.write(lambda tx: accounts.resume(tx, "apiframe", now=NOON))
    assert None is await accounts.why_paused(shop.store, "apiframe")
