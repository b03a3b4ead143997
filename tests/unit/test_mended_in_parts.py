"""Very many payments that nobody heard of: they are credited a few at a time, and each once."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

from shop import NOON, opened_shop

from bot.jobs.reconciling import AT_ONCE, mend
from bot.model import UserId
from bot.money.reconciling import Differences, Transfer
from bot.store.port import Store, Transaction

T = TypeVar("T")
MANY = 2 * AT_ONCE + 20


class Counting:
    """A store that notes how many payments each transaction writes down; one of them breaks off."""

    def __init__(self, store: Store, *, breaks_at: int | None = None) -> None:
        self._store = store
        self._breaks_at = breaks_at
        self.written: list[int] = []

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if len(self.written) == self._breaks_at:
            raise ConnectionError
        before = await self._count()
        result = await self._store.write(work)
        self.written.append(await self._count() - before)
        return result

    async def _count(self) -> int:
        return len(await self._store.all("payments_newer", above_id=0, most=9 * MANY))


def found() -> Differences:
    transfers = [
        Transfer(f"stx{number}", UserId(7 + number % 3), 1, "lost", NOON, False, False)
        for number in range(MANY)
    ]
    return Differences(MANY, transfers, (), ())


async def test_no_transaction_credits_more_than_a_few(tmp_path: Path) -> None:
    async with opened_shop(tmp_path) as shop:
        counting = Counting(shop.store)
        await mend(cast("Store", counting), shop.desk.plans, found(), now=NOON)
        assert [AT_ONCE, AT_ONCE, 20, 0] == counting.written
        assert [] == await shop.findings()


async def test_broken_off_the_next_time_credits_the_rest(tmp_path: Path) -> None:
    async with opened_shop(tmp_path) as shop:
        broken = Counting(shop.store, breaks_at=1)
        try:
            await mend(cast("Store", broken), shop.desk.plans, found(), now=NOON)
        except ConnectionError:
            assert [AT_ONCE] == broken.written
        again = Counting(shop.store)
        await mend(cast("Store", again), shop.desk.plans, found(), now=NOON)
        assert [0, AT_ONCE, 20, 0] == again.written
        assert [] == await shop.findings()
