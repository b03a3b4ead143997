"""Hours of a provider that says it is well and takes no orders: told once, and nobody's job is lost."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from shop import GRID, Shop

from bot.errors import AccountUnusable, NotSent, ProviderError
from bot.jobs import accounts, book
from bot.jobs.facts import Fact
from bot.model import Job, JobId, Operation, Reason, TaskId
from bot.providers.port import (
    AccountReport,
    Capabilities,
    OperationSpec,
    Provider,
    Submission,
)
from bot.runner.accounts import Account, Timing
from bot.runner.probing import probe
from bot.runner.work import Work
from bot.store.port import Transaction

OPERATOR = 99
MINUTE = 60_000


def needs_more() -> ProviderError:
    return AccountUnusable("apiframe", Reason.CREDITS, "need 4", status=402)


def forbidden() -> ProviderError:
    return AccountUnusable("apiframe", Reason.KEY, "forbidden", status=403)


def day_is_over() -> ProviderError:
    return NotSent("apiframe", "threads busy", status=429, is_daily_limit=True)


FEW_CREDITS = (needs_more, AccountReport(credits_left=2.0))
FORBIDDEN = (forbidden, AccountReport(credits_left=500.0))
DAY = (day_is_over, AccountReport(used_today=5, daily_limit=500))


class Moody:
    """Its report and its orders may say different things."""

    name, title = "apiframe", "Midjourney"
    capabilities = Capabilities(
        {Operation.IMAGE: OperationSpec(45, default_count=4, max_count=4)}, prompt_max=400
    )

    def __init__(self, refusal: Callable[[], ProviderError], report: AccountReport) -> None:
        self._refusal = refusal
        self.report = report
        self.is_well = False
        self.orders = 0

    async def submit(self, _: Submission) -> TaskId:
        self.orders += 1
        if not self.is_well:
            raise self._refusal()
        return TaskId(f"t-{self.orders}")

    async def account(self) -> AccountReport:
        return self.report


class Weather:
    """A shop whose provider is moody; a minute passes when a test says so."""

    def __init__(self, shop: Shop, provider: Moody, folder: Path) -> None:
        self.shop = shop
        self.provider = provider
        self._account = Account(cast("Provider", provider), lanes=3)
        timing = Timing(3, 600, 1200)
        self._work = Work(
            shop.store, data_dir=folder, timing=timing, clock=shop.now, move=self._move
        )

    async def _move(self, job_id: JobId, fact: Fact) -> Job | None:
        async def work(tx: Transaction) -> Job | None:
            job = await book.find_job(tx, job_id)
            assert job is not None
            return await book.move(tx, job, fact, now=self.shop.now(), who="runner")

        return await self.shop.store.write(work)

    async def round(self) -> None:
        """What the runner does when it is woken."""
        if await self.shop.store.all("accounts_to_probe", now=self.shop.now()):
            await probe(self._account, self.shop.store, self.shop.now)
        while admitted := [job async for job in self._admitted()]:
            for job in admitted:
                await self._work.submit(job, self._account)

    async def _admitted(self) -> AsyncIterator[Job]:
        while job := await self.shop.admit():
            yield job

    async def order(self, *users: int) -> None:
        """Something of everybody's own, so that they are ordered side by side."""
        for user in users:
            await self.shop.order(user, dataclasses.replace(GRID, prompt=f"a cat for {user}"))

    async def pass_minutes(self, minutes: int) -> None:
        for _ in range(minutes):
            await self.round()
            self.shop.now.at += MINUTE
        await self.round()

    async def count(self, state: str) -> int:
        return len(await self.shop.store.all("jobs_in_state", state=state))

    async def told(self) -> int:
        """How often the operator was written to."""
        return len(await self.shop.store.all("outbox_of_chat", chat_id=OPERATOR))

    async def resume(self) -> bool:
        return await self.shop.store.write(
            lambda tx: accounts.resume(tx, "apiframe", now=self.shop.now())
        )


@asynccontextmanager
async def weather_of(
    shop: Shop, mood: tuple[Callable[[], ProviderError], AccountReport], folder: Path
) -> AsyncIterator[Weather]:
    await shop.store.write(
        lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value=f"[{OPERATOR}]")
    )
    weather = Weather(shop, Moody(*mood), folder)
    yield weather
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    ("mood", "failed"),
    [
        pytest.param(FEW_CREDITS, 1, id="few-credits"),
        pytest.param(FORBIDDEN, 1, id="forbidden"),
        pytest.param(DAY, 0, id="day"),
    ],
)
async def test_an_hour_of_an_account_that_only_says_it_is_well_is_told_once_and_loses_no_job(
    shop: Shop,
    tmp_path: Path,
    mood: tuple[Callable[[], ProviderError], AccountReport],
    failed: int,
) -> None:
    async with weather_of(shop, mood, tmp_path) as weather:
        await weather.order(1)
        await weather.round()
        await weather.order(2, 3, 4, 5, 6)
        await weather.pass_minutes(60)
        assert (failed, 6 - failed) == (
            await weather.count("failed"),
            await weather.count("queued"),
        )
        assert 1 == await weather.told()
        # After 1, 2, 4, 8, 15, 15 and 15 minutes.
        assert 1 + 7 == weather.provider.orders
        weather.provider.is_well = True
        await weather.pass_minutes(15)
        assert 3 == await weather.count("running")  # all the lanes there are
        assert 2 == await weather.told()


async def test_when_nobody_waited_the_first_who_comes_is_ordered_for_at_once(
    shop: Shop, tmp_path: Path
) -> None:
    async with weather_of(shop, FEW_CREDITS, tmp_path) as weather:
        await weather.order(1)
        await weather.pass_minutes(30)
        assert (1, 1) == (weather.provider.orders, await weather.told())
        weather.provider.is_well = True
        await weather.order(2)
        await weather.round()
        assert (1, 2) == (await weather.count("running"), await weather.told())


async def test_an_account_that_says_itself_that_it_is_not_well_is_not_tried(
    shop: Shop, tmp_path: Path
) -> None:
    async with weather_of(shop, FEW_CREDITS, tmp_path) as weather:
        weather.provider.report = AccountReport(credits_left=0.0)
        await weather.order(1, 2)
        await weather.round()
        ordered = weather.provider.orders
        await weather.pass_minutes(60)
        assert (ordered, 1) == (weather.provider.orders, await weather.told())


async def test_what_an_operator_resumes_in_vain_waits_on_and_they_are_told_once_more(
    shop: Shop, tmp_path: Path
) -> None:
    async with weather_of(shop, FEW_CREDITS, tmp_path) as weather:
        await weather.order(1)
        await weather.round()
        await weather.order(2, 3, 4, 5, 6)
        assert await weather.resume()
        await weather.pass_minutes(30)
        assert (1, 5) == (await weather.count("failed"), await weather.count("queued"))
        assert 2 == await weather.told()
        weather.provider.is_well = True
        assert await weather.resume()
        await weather.round()
        assert (3, 2) == (await weather.count("running"), await weather.told())


async def test_once_it_was_well_again_the_next_failure_is_news(shop: Shop, tmp_path: Path) -> None:
    async with weather_of(shop, FEW_CREDITS, tmp_path) as weather:
        weather.provider.is_well = True
        await weather.order(1)
        await weather.round()
        weather.provider.is_well = False
        await weather.order(2)
        await weather.round()
        assert (1, 1) == (await weather.count("failed"), await weather.told())
