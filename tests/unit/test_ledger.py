"""The book: every đồng has its line, nothing is spent twice, and no tampering goes unseen."""

import asyncio
import dataclasses
import sqlite3

import pytest
from shop import CLIP, HOUR, NOON, Shop, a_job, outputs

from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Ended,
    Fact,
    Saved,
    SubmitAnswered,
    SubmitLost,
    SubmitRefused,
    Undecided,
)
from bot.model import AssetKind, Job, Reason, TaskId, UserId
from bot.money import ledger
from bot.money.ledger import Allowance, EntryKind, LedgerRefused, Wallet

AN = 7
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)
LOST = SubmitLost(lookup_at=NOON, until=NOON)
CAPTURE = "INSERT INTO ledger_entry SELECT NULL, 7, 'capture',"
RELEASE = "INSERT INTO ledger_entry SELECT NULL, 7, 'release',"
GIVE_BACK = "INSERT INTO allowance_use SELECT NULL, 7, '2026-09-22', 'image',"


async def paid_grid(shop: Shop) -> Job:
    """A grid of An's that costs money: two outputs still free, two at 100 ₫."""
    await shop.grant(AN, 1_000)
    for _ in range(9):
        await shop.order(AN)
    await shop.order(AN, dataclasses.replace(a_job().request, count=2))
    return await shop.order(AN)


async def test_nobody_has_a_purse_before_they_ask(shop: Shop) -> None:
    assert Wallet(0, 0) == await shop.wallet(AN)
    assert 40 == await shop.free_left(AN)
    assert [] == await shop.findings()


async def test_a_picture_that_is_made_is_held_and_then_captured(shop: Shop) -> None:
    job = await paid_grid(shop)
    assert Wallet(800, 200) == await shop.wallet(AN)
    await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 4)))
    assert [("hold", 200), ("capture", 200)] == await shop.entries(job)
    assert Wallet(800, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_half_a_grid_is_captured_and_the_rest_released(shop: Shop) -> None:
    job = await paid_grid(shop)
    await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 3)))
    assert [("hold", 200), ("capture", 100), ("release", 100)] == await shop.entries(job)
    assert Wallet(900, 0) == await shop.wallet(AN)


@pytest.mark.parametrize(
    "history",
    [
        [CancelAsked()],
        [Admitted(), SubmitRefused(Reason.REFUSED)],
        [Admitted(), ANSWERED, Ended(Reason.FAILED)],
        [Admitted(), ANSWERED, DeadlinePassed(poll_at=NOON)],
        [Admitted(), LOST, Undecided(lane_until=NOON)],
    ],
)
async def test_what_comes_to_nothing_gives_everything_back(shop: Shop, history: list[Fact]) -> None:
    job = await paid_grid(shop)
    free_left = await shop.free_left(AN)
    await shop.happens(job, *history)
    assert [("hold", 200), ("release", 200)] == await shop.entries(job)
    assert Wallet(1_000, 0) == await shop.wallet(AN)
    assert free_left + 2 == await shop.free_left(AN)
    assert [] == await shop.findings()


async def test_a_result_after_the_money_went_back_costs_nothing(shop: Shop) -> None:
    job = await paid_grid(shop)
    late = Saved(outputs(job, 4))
    await shop.happens(job, Admitted(), ANSWERED, DeadlinePassed(poll_at=NOON), late)
    assert [("hold", 200), ("release", 200)] == await shop.entries(job)
    assert Wallet(1_000, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_a_grant_is_given_once_however_often_it_arrives(shop: Shop) -> None:
    given = await asyncio.gather(*(shop.grant(AN, 500, key="grant:1") for _ in range(5)))
    assert [True, False, False, False, False] == sorted(given, reverse=True)
    assert Wallet(500, 0) == await shop.wallet(AN)


async def test_money_can_be_taken_back_but_never_more_than_is_there(shop: Shop) -> None:
    await shop.grant(AN, 500)
    await shop.correct(AN, 200)
    with pytest.raises(sqlite3.IntegrityError, match="balance_vnd >= 0"):
        await shop.correct(AN, 301)
    assert Wallet(300, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_a_hold_is_not_there_to_be_taken_back(shop: Shop) -> None:
    await paid_grid(shop)
    with pytest.raises(sqlite3.IntegrityError):
        await shop.correct(AN, 900)
    assert Wallet(800, 200) == await shop.wallet(AN)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE wallet SET balance_vnd = -1",
        "UPDATE wallet SET held_vnd = -1",
        "UPDATE allowance_day SET used = given + 1",
        "UPDATE allowance_day SET used = -1",
        "UPDATE job SET held_vnd = -1",
        "UPDATE job SET held_free = -1",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'hold', 5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'grant', 0, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 999, 'grant', 5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'grant', -5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry SELECT NULL, 7, 'hold', 5, job_id, NULL, 'k', 'me', '', 0 FROM job",
        "DELETE FROM job",
        "DELETE FROM wallet",
        "DELETE FROM ledger_entry WHERE kind = 'grant'",
        "UPDATE ledger_entry SET amount_vnd = amount_vnd + 1",
        "UPDATE ledger_entry SET kind = 'topup' WHERE kind = 'grant'",
        "UPDATE ledger_entry SET kind = 'release' WHERE kind = 'hold'",
        "UPDATE ledger_entry SET author = 'somebody else'",
        "UPDATE ledger_entry SET key = key || ':again'",
        "UPDATE ledger_entry SET created_at = 0",
        "UPDATE ledger_entry SET wallet_id = 999",
        "UPDATE ledger_entry SET wallet_id = 8 WHERE kind = 'grant'",
        "UPDATE ledger_entry SET wallet_id = -4001 WHERE kind = 'grant'",
        f"{CAPTURE} 201, job_id, NULL, 'k', 'me', '', 0 FROM job WHERE held_vnd > 0",
        f"{RELEASE} 201, job_id, NULL, 'k', 'me', '', 0 FROM job WHERE held_vnd > 0",
        f"{CAPTURE} 1, job_id, NULL, 'k', 'me', '', 0 FROM job WHERE held_vnd = 0",
        "DELETE FROM allowance_use",
        "UPDATE allowance_use SET delta = delta - 1",
        "UPDATE allowance_use SET day = '2026-09-23'",
        f"{GIVE_BACK} -3, job_id, 'k', 0 FROM job WHERE held_vnd > 0",
    ],
)
async def test_what_must_not_be_is_impossible_in_the_database(shop: Shop, sql: str) -> None:
    for other in (8, -4001):
        await shop.tamper(f"INSERT INTO wallet (wallet_id) VALUES ({other})")
    await paid_grid(shop)
    with pytest.raises(sqlite3.IntegrityError):
        await shop.tamper(sql)
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    "sql",
    [
        f"{CAPTURE} 1, job_id, NULL, 'k', 'me', '', 0 FROM job WHERE charged_free = 1",
        f"{RELEASE} 1, job_id, NULL, 'k', 'me', '', 0 FROM job WHERE charged_free = 1",
        f"{GIVE_BACK} -1, job_id, 'k', 0 FROM job WHERE charged_free = 1",
        f"{GIVE_BACK} 1, job_id, 'k', 0 FROM job WHERE charged_free = 1",
    ],
)
async def test_what_is_settled_cannot_be_settled_again_in_the_database(
    shop: Shop, sql: str
) -> None:
    job = await paid_grid(shop)
    await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 1)))
    with pytest.raises(sqlite3.IntegrityError):
        await shop.tamper(sql)


async def test_captured_for_more_than_is_left_the_whole_act_is_undone(shop: Shop) -> None:
    job = await paid_grid(shop)
    with pytest.raises(sqlite3.IntegrityError, match="than was held"):
        await shop.store.write(lambda tx: ledger.capture(tx, job, 201, now=NOON))
    assert (Wallet(800, 200), []) == (await shop.wallet(AN), await shop.findings())


@pytest.mark.parametrize("act", ["hold", "capture", "release"])
async def test_no_act_of_a_job_can_be_written_twice(shop: Shop, act: str) -> None:
    job = await paid_grid(shop)
    if act != "hold":
        await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 3)))
    again = {
        "hold": lambda tx: ledger.hold(tx, job, allowance_given=40, now=NOON),
        "capture": lambda tx: ledger.capture(tx, job, 100, now=NOON),
        "release": lambda tx: ledger.release(tx, job, outputs_free=0, amount_vnd=1, now=NOON),
    }
    before = await shop.wallet(AN)
    with pytest.raises(LedgerRefused, match=f"a second {act}"):
        await shop.store.write(again[act])
    assert before == await shop.wallet(AN)
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE wallet SET balance_vnd = 801", "wallet 7: balance 801 ₫, held 200 ₫"),
        ("UPDATE wallet SET held_vnd = 0", "wallet 7: balance 800 ₫, held 0 ₫"),
        ("UPDATE ledger_entry SET amount_vnd = 1 WHERE kind = 'grant'", "wallet 7: "),
        ("DELETE FROM ledger_entry WHERE kind = 'hold'", "wallet 7: "),
        ("UPDATE allowance_day SET used = 39", "allowance of 7 on 2026-09-22 (image): 39 used"),
        ("DELETE FROM allowance_use WHERE delta = 2", "allowance of 7 on 2026-09-22 (image): 40"),
        ("UPDATE job SET held_vnd = 100 WHERE held_vnd > 0", "held 100 ₫, charged 0 ₫"),
        ("UPDATE job SET charged_vnd = 100 WHERE held_vnd > 0", "held 200 ₫, charged 100 ₫"),
        ("UPDATE job SET charged_free = 9 WHERE held_vnd > 0", "11 free outputs"),
        ("UPDATE job SET state = 'done' WHERE held_vnd > 0", "is done and still holds 200 ₫ and 2"),
    ],
)
async def test_tampering_is_found_and_named(shop: Shop, sql: str, finding: str) -> None:
    await paid_grid(shop)
    assert [] == await shop.findings()
    await shop.rewrite(sql)
    assert [line for line in await shop.findings() if finding in line]


PAYMENT = (
    "INSERT INTO payment (charge_id, user_id, wallet_id, stars, vnd_per_star, amount_vnd, paid_at)"
    " VALUES ('stx', 7, 7, 10, 330, 3300, 0)"
)
VOUCHER = "INSERT INTO voucher VALUES ('HELLO', 500, 'me', 0, 9, 7, 7, 5)"


async def credited(shop: Shop, key: str, kind: EntryKind, amount_vnd: int) -> None:
    await shop.store.write(lambda tx: ledger.enter(tx, UserId(AN), kind, amount_vnd, shop.act(key)))


async def test_payments_and_vouchers_are_right_by_their_entries(shop: Shop) -> None:
    await credited(shop, "payment:stx", EntryKind.TOPUP, 3_000)
    await credited(shop, "payment:stx:rest", EntryKind.TOPUP, 300)
    await credited(shop, "voucher:HELLO", EntryKind.VOUCHER, 500)
    await shop.tamper(PAYMENT)
    await shop.tamper(VOUCHER)
    assert [] == await shop.findings()
    await credited(shop, "payment:stx:reversed:1", EntryKind.REVERSAL, 3_300)
    await shop.tamper(
        "UPDATE payment SET reversed_vnd = 3300, state = 'refunded', refund_by = 'user 1',"
        " refunded_at = 1"
    )
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE payment SET amount_vnd = 3301", "payment stx: 3301 ₫ credited, 0 ₫ gone back"),
        ("UPDATE payment SET reversed_vnd = 1", "its entries come to 3300 ₫ and 0 ₫"),
        ("UPDATE payment SET wallet_id = 8", "its entries come to 0 ₫"),
        ("UPDATE payment SET charge_id = 'st'", "a topup of 3300 ₫ in wallet 7, of no payment"),
        ("DELETE FROM payment", "a topup of 3300 ₫ in wallet 7, of no payment"),
        ("UPDATE voucher SET used_at = NULL, used_by = NULL", "voucher HELLO: 500 ₫"),
        ("UPDATE voucher SET amount_vnd = 501", "its entry says 500 ₫ for 7"),
        ("UPDATE voucher SET wallet_id = 8", "for wallet 8; its entry says 500 ₫ for 7"),
        ("UPDATE voucher SET code = 'BYE'", "voucher BYE: 500 ₫ for wallet 7; its entry says None"),
        ("DELETE FROM voucher", "500 ₫ in wallet 7, by a voucher nobody made"),
    ],
)
async def test_a_payment_or_voucher_that_was_tampered_with_is_named(
    shop: Shop, sql: str, finding: str
) -> None:
    await credited(shop, "payment:stx", EntryKind.TOPUP, 3_300)
    await credited(shop, "voucher:HELLO", EntryKind.VOUCHER, 500)
    await shop.grant(8, 1)
    await shop.tamper(PAYMENT)
    await shop.tamper(VOUCHER)
    await shop.tamper(sql)
    assert [line for line in await shop.findings() if finding in line]


async def test_an_allowance_below_what_was_used_leaves_nothing_and_owes_nothing(
    shop: Shop,
) -> None:
    await shop.order(AN, CLIP)
    read = await ledger.read_allowance(
        shop.store, UserId(AN), "2026-09-22", AssetKind.VIDEO, given=0
    )
    assert (Allowance(0, 1), 0) == (read, read.left)
