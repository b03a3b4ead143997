"""Whoever is at the database by hand, with none of its rules in force, is found out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from payments import ask_back, paid, went_back
from shop import GRID, NOON, Shop, opened_shop

from bot.model import UserId
from bot.money import terms, vouchers

AN = 7
BINH = 8
DAY_MS = 24 * 3_600_000
PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 10
packs = [10]
[plans.free]
free_images_per_day = 2
[plans.monthly]
price = 3_300
days = 30
refund = 0.70
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """An has a plan paid for in Stars and a job under way, has given one payment back, used a
    voucher and had 50 ₫ taken back; Bình has had a plan that was ended early, and a job
    under way that is free in part.
    """
    async with opened_shop(tmp_path, PLANS) as shop:
        await paid(shop, AN, 10, plan="monthly", charge="plan")
        await paid(shop, AN, 5, charge="pack")
        await paid(shop, AN, 6, charge="back")
        await paid(shop, AN, 4, charge="asked")
        await ask_back(shop, "back")
        await went_back(shop, "back")
        await ask_back(shop, "asked")
        await _voucher(shop)
        await shop.correct(AN, 50)
        await shop.order(AN, GRID)
        await shop.pay_in(BINH, 4_300, plan="monthly")
        early = shop.act("early")
        await shop.store.write(lambda tx: terms.end_early(tx, shop.desk.plans, UserId(BINH), early))
        await shop.order(BINH, GRID)
        assert [] == await shop.findings()
        yield shop


async def _voucher(shop: Shop) -> None:
    await shop.store.write(
        lambda tx: vouchers.make(
            tx, "HELLO", 500, made_by="user 1", now=NOON, expires_at=NOON + DAY_MS
        )
    )
    await shop.store.write(
        lambda tx: vouchers.redeem(
            tx, shop.desk.plans, "HELLO", user_id=UserId(AN), wallet_id=UserId(AN), now=NOON
        )
    )


STRANGE = (
    "INSERT INTO ledger_entry (wallet_id, kind, amount_vnd, key, author, reason, created_at)"
    " VALUES (99, 'grant', 5, 'k', 'me', '', 0)"
)


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("DELETE FROM wallet WHERE wallet_id = 7", "wallet 7: balance 0 ₫, held 0 ₫"),
        (STRANGE, "wallet 99: balance 0 ₫, held 0 ₫; its entries say 5 ₫ and 0 ₫"),
        (STRANGE, "the wallet it names is not there"),
        ("DELETE FROM job", "held 0 ₫, charged 0 ₫; its entries say 200 ₫ and 0 ₫"),
        ("DELETE FROM job", "0 free outputs; its uses say 2"),
        ("DELETE FROM job", "the job it names is not there"),
        (
            "DELETE FROM plan_term WHERE wallet_id = 7",
            "bought 0 ₫, gone 0 ₫; its entries say 100 ₫",
        ),
        ("DELETE FROM plan_term WHERE wallet_id = 7", "the plan_term it names is not there"),
        ("DELETE FROM allowance_day", "allowance of 8 on 2026-09-22 (image): 0 used of 0; its"),
        ("UPDATE allowance_day SET given = 1", "(image): 2 used of 1; its uses say 2"),
        ("UPDATE plan_term SET wallet_id = 8 WHERE wallet_id = 7", "is of wallet 8; entry "),
        ("UPDATE plan_term SET wallet_id = 8 WHERE wallet_id = 7", "is of wallet 8; payment plan "),
        ("UPDATE plan_term SET wallet_id = 8 WHERE wallet_id = 7", "is of wallet 8; job "),
        ("UPDATE job SET term_id = 2", "plan term 2 is of wallet 8; job "),
        ("UPDATE job SET payer_id = 8", "plan term 1 is of wallet 7; job "),
        ("UPDATE payment SET term_id = 2 WHERE charge_id = 'plan'", "of wallet 8; payment plan is"),
        ("UPDATE payment SET term_id = NULL", "payment plan is of plan term None; its entry is of"),
        ("UPDATE job SET price_each_vnd = 50", "200 ₫ were held; at 50 ₫ an output it costs 100 ₫"),
        ("UPDATE job SET outputs = 3", "200 ₫ were held; at 100 ₫ an output it costs 100 ₫"),
        (
            "UPDATE payment SET stars = 50 WHERE charge_id = 'pack'",
            "payment pack: 50 Stars at 10 ₫",
        ),
        ("UPDATE payment SET vnd_per_star = 1 WHERE charge_id = 'pack'", "5 Stars at 1 ₫ are not"),
        (
            "UPDATE payment SET state = 'refunded' WHERE charge_id = 'pack'",
            "payment pack is refund",
        ),
        ("UPDATE payment SET state = 'refunding' WHERE charge_id = 'pack'", "pack is refunding; 0"),
        (
            "UPDATE payment SET state = 'paid' WHERE charge_id = 'back'",
            "payment back is paid; 60 ₫",
        ),
        ("UPDATE payment SET reversed_vnd = 1 WHERE charge_id = 'back'", "credited, 1 ₫ gone back"),
        (
            "UPDATE payment SET reversed_vnd = 59, borne_vnd = 1 WHERE charge_id = 'back'",
            "credited, 59 ₫ gone back",
        ),
        ("UPDATE ledger_entry SET kind = 'borne' WHERE kind = 'grant'", "a borne of "),
        (
            (
                "UPDATE payment SET amount_vnd = 990, reversed_vnd = 990, stars = 3"
                " WHERE charge_id = 'back'"
            ),
            "payment back: 990 ₫ credited, 990 ₫ gone back; its entries come to 60 ₫ and 60 ₫",
        ),
        ("UPDATE ledger_entry SET kind = 'lapse' WHERE kind = 'correction'", "a lapse of 50 ₫"),
        ("UPDATE ledger_entry SET kind = 'refund' WHERE kind = 'correction'", "a refund of 50 ₫"),
        ("UPDATE ledger_entry SET kind = 'lapse' WHERE kind = 'refund'", "a lapse of 2310 ₫ in"),
        (
            "UPDATE ledger_entry SET kind = 'refund' WHERE kind = 'lapse'",
            "a refund of 990 ₫ in wallet 8, which no plan's end explains",
        ),
        ("UPDATE voucher SET wallet_id = NULL", "voucher HELLO: 500 ₫ for wallet None; its entry"),
        ("UPDATE voucher SET wallet_id = 8", "for wallet 8; its entry says 500 ₫ for 7"),
    ],
)
async def test_a_row_changed_or_taken_away_by_hand_is_named(
    shop: Shop, sql: str, finding: str
) -> None:
    await shop.rewrite(sql)
    findings = await shop.findings()
    assert [line for line in findings if finding in line], findings
