"""When the till looks again: as soon as it said it would, with nobody ringing for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from shop import HOUR, Shop, opened_shop
from telegram import StarTransaction

from bot.delivery.telegram import TelegramSender
from bot.delivery.till import Till
from bot.jobs import reconciling

TEN_MINUTES_S = 600
PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 100
packs = [10]
[plans.free]
"""


class NobodyPaid:
    """A Telegram that lists no payments."""

    async def star_transactions(self, offset: int, limit: int) -> list[StarTransaction]:
        assert (0, 100) == (offset, limit)
        return []


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened_shop(tmp_path, PLANS) as shop:
        yield shop


async def test_a_payment_missed_a_moment_ago_is_looked_for_again_within_ten_minutes(
    shop: Shop,
) -> None:
    till = Till(shop.store, cast("TelegramSender", NobodyPaid()), shop.desk.plans, clock=shop.now)
    assert 3_600 == await till._look()
    shop.now.at += HOUR // 2
    await shop.store.write(lambda tx: reconciling.miss(tx, now=shop.now()))
    assert TEN_MINUTES_S == await till._look()  # compared; too early for what was just missed
    shop.now.at += TEN_MINUTES_S * 1_000
    assert 3_600 == await till._look()
