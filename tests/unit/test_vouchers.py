"""Vouchers: a code fills one balance, once, until it expires."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import HOUR, NOON, Shop, audited_shop

from bot.chat.codes import read_voucher, shown_voucher
from bot.jobs.codes import voucher_code
from bot.model import UserId
from bot.money import vouchers
from bot.money.ledger import Wallet
from bot.money.vouchers import Filled, Refused

AN, BEN, GROUP = 7, 8, -100_123
CODE = "7K3DQX9M4TBR"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path) as shop:
        await shop.store.write(
            lambda tx: vouchers.make(
                tx, CODE, 50_000, made_by="user 1", now=NOON, expires_at=NOON + HOUR
            )
        )
        yield shop


async def redeem(
    shop: Shop, user: int, *, wallet: int | None = None, code: str = CODE
) -> Filled | Refused:
    wallet_id, now, plans = UserId(wallet or user), shop.now(), shop.desk.plans
    return await shop.store.write(
        lambda tx: vouchers.redeem(
            tx, plans, code, user_id=UserId(user), wallet_id=wallet_id, now=now
        )
    )


async def test_a_code_fills_the_balance_of_who_gives_it(shop: Shop) -> None:
    assert Filled(50_000) == await redeem(shop, AN)
    assert Wallet(50_000, 0) == await shop.wallet(AN)


async def test_it_fills_a_groups_wallet_where_that_pays(shop: Shop) -> None:
    assert Filled(50_000) == await redeem(shop, AN, wallet=GROUP)
    assert (Wallet(0, 0), Wallet(50_000, 0)) == (await shop.wallet(AN), await shop.wallet(GROUP))


async def test_it_works_once_whoever_comes_second(shop: Shop) -> None:
    outcomes = await asyncio.gather(*(redeem(shop, user) for user in (AN, AN, BEN, BEN)))
    assert [Filled(50_000), *[Refused.USED] * 3] == sorted(outcomes, key=str)
    total = (await shop.wallet(AN)).balance_vnd + (await shop.wallet(BEN)).balance_vnd
    assert 50_000 == total


async def test_an_expired_one_fills_nothing(shop: Shop) -> None:
    shop.now.at += HOUR
    assert Refused.EXPIRED == await redeem(shop, AN)
    assert Wallet(0, 0) == await shop.wallet(AN)


async def test_a_code_nobody_made_fills_nothing(shop: Shop) -> None:
    assert Refused.UNKNOWN == await redeem(shop, AN, code="222222222222")


@given(st.sampled_from(["", "-", " ", "–"]), st.booleans())
def test_a_code_is_read_however_it_is_written(between: str, is_lower: bool) -> None:  # noqa: FBT001  # hypothesis gives it
    typed = between.join((CODE[:4], CODE[4:8], CODE[8:]))
    typed = typed.lower() if is_lower else typed
    expected = None if between == "–" else CODE
    assert expected == read_voucher(typed)


def test_what_is_shown_is_read_again() -> None:
    code = voucher_code()
    assert code == read_voucher(shown_voucher(code))
