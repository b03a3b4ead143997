"""Telegram's list of Stars beside the shop's book: what of it concerns this shop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import HOUR, NOON, Shop, opened_shop

from bot.model import UserId
from bot.money.reconciling import Transfer, compare

AN = UserId(7)
OPENED = NOON


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened_shop(tmp_path) as shop:
        yield shop


def transfer(at: int, *, is_refund: bool) -> Transfer:
    return Transfer("stx1", AN, 10, "of another program", at, is_refund, is_recurring=False)


async def returned(shop: Shop, *transfers: Transfer) -> list[str]:
    before = OPENED + 2 * HOUR
    found = await compare(shop.store, transfers, since=OPENED, before=before)
    assert [] == found.uncredited
    return [each.charge_id for each in found.went_back]


async def test_what_came_and_went_back_before_the_shop_opened_is_nobodys_news(shop: Shop) -> None:
    paid = transfer(OPENED - 2 * HOUR, is_refund=False)
    assert [] == await returned(shop, paid, transfer(OPENED - HOUR, is_refund=True))


async def test_what_was_paid_before_and_goes_back_afterwards_is_told(shop: Shop) -> None:
    paid = transfer(OPENED - 2 * HOUR, is_refund=False)
    assert ["stx1"] == await returned(shop, paid, transfer(OPENED + HOUR, is_refund=True))
