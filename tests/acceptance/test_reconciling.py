"""Our book of Stars and Telegram's: compared daily and on request, and made to agree."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from beside import change
from stars import Till, open_till
from story import words
from telling import press, said_to, until

DAY_S = 24 * 3_600
SETTLED_S = 11 * 60
"""Longer than an update may be on its way."""


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_till(tmp_path) as till:
        yield till


async def compare(till: Till) -> None:
    operator = till.operator
    overview = await operator.answer_to(operator.say("/admin"))
    await press(operator, overview, "⭐ Payments")
    page = await operator.sees("in Stars", after=overview)
    said = await press(operator, page, "🔎 Compare")
    assert "I am asking Telegram and will write to you." == said


def heard(till: Till, part: str) -> list[str]:
    """What the operator was told that says so."""
    return [said for m in till.operator.from_bot() if part in (said := words(m))]


async def test_payments_that_agree_are_said_to(till: Till) -> None:
    an = await till.person()
    for _ in range(3):
        await till.paid(an, 10)
    till.goes_by(SETTLED_S)
    await compare(till)
    await till.operator.sees("✅ 3 payments, all agree with Telegram.")


async def test_a_payment_whose_update_was_lost_is_found_and_credited_once(till: Till) -> None:
    an = await till.person()
    payload = await till.offered(an, 50, "monthly")
    till.paid_unheard(an, 50, payload)
    till.goes_by(SETTLED_S)
    await compare(till)
    found = await an.sees("I have found the ⭐ 50 you paid and put ₫5,000 on your balance")
    assert "The plan Monthly runs until " in words(found)
    await till.operator.sees("Telegram has ⭐ 50 paid by An")
    await till.operator.sees("1 payment was not the same at Telegram")
    await compare(till)
    await till.operator.sees("✅ 1 payment, it agrees with Telegram.")
    assert [("topup", 5_000)] == await till.entries(an)


async def test_what_was_found_together_says_each_plan_once_and_its_last_end(till: Till) -> None:
    an = await till.person("An", "vi")
    payload = await till.offered(an, 50, "monthly")
    for _ in range(2):
        till.paid_unheard(an, 50, payload)
    till.paid_unheard(an, 10, await till.offered(an, 10))
    till.goes_by(SETTLED_S)
    await compare(till)
    found = words(await an.sees("Mình vừa tìm thấy ⭐ 110 bạn đã trả"))
    assert 1 == found.count("Gói Monthly")
    until_when = found.partition("Gói Monthly chạy đến ")[2].removesuffix(".")
    assert f"Gói: Monthly, đến {until_when}" in await said_to(an, "/quota")


async def test_a_group_is_told_of_what_was_found_for_it(till: Till) -> None:
    an = await till.person()
    group = till.story.group("Painters", an)
    await an.answer_to(an.say("/lang@easel_bot en", chat=group), chat=group)
    till.paid_unheard(an, 50, await till.offered(an, 50, "monthly", group=group))
    till.goes_by(SETTLED_S)
    await compare(till)
    await an.sees("I have found the ⭐ 50 you paid and put ₫5,000 on the group’s balance")
    thanks = words(await an.sees("Thank you, An, for ₫5,000!", chat=group))
    assert "The group's wallet now has ₫5,000.\nThe plan Monthly runs until " in thanks


async def test_what_was_paid_a_moment_ago_is_left_to_its_update(till: Till) -> None:
    an = await till.person()
    till.paid_unheard(an, 10, await till.offered(an, 10))
    await compare(till)
    await till.operator.sees("1 payment, it agrees")
    assert [] == await till.entries(an)


async def test_once_a_day_it_is_compared_without_being_asked(till: Till) -> None:
    an = await till.person()
    charge = till.paid_unheard(an, 10, await till.offered(an, 10))
    assert 0 == till.calls("getStarTransactions")
    till.goes_by(DAY_S + 60)
    await an.sees("I have found the ⭐ 10 you paid")
    assert 1 == till.calls("getStarTransactions")
    user: Any = till.story.world.chats.users[an.user_id]
    till.story.world.till.stars.give_back(user, charge, int(till.hurry.wall() / 1000))
    till.goes_by(DAY_S + 60)
    await an.sees("You were given back ⭐ 10; your balance went down by ₫1,000")
    assert 0 == await till.balance(an)


async def test_more_than_a_page_of_payments_is_compared(till: Till) -> None:
    an = await till.person()
    payload = await till.offered(an, 1)
    for _ in range(120):
        till.paid_unheard(an, 1, payload)
    till.goes_by(SETTLED_S)
    await compare(till)
    await till.operator.sees("120 payments were not the same at Telegram")
    for found in ("⭐ 50 you paid and put ₫5,000", "⭐ 20 you paid and put ₫2,000"):
        await an.sees(f"I have found the {found}")
    assert (12_000, 2) == (await till.balance(an), till.calls("getStarTransactions"))


async def test_a_payment_that_telegram_does_not_know_is_shown_to_the_operator_once(
    till: Till,
) -> None:
    an = await till.person()
    await till.paid(an, 10)
    till.story.world.till.stars.transactions.clear()
    till.goes_by(SETTLED_S)
    await compare(till)
    await until(lambda: len(heard(till, "not the same at Telegram")) == 1)
    await compare(till)
    await until(lambda: len(heard(till, "not the same at Telegram")) == 2)
    assert (1, 1_000) == (len(heard(till, "Telegram has none")), await till.balance(an))


async def test_while_telegram_is_away_it_is_compared_later(till: Till) -> None:
    till.story.world.fail_next(
        "getStarTransactions", status=502, description="Bad Gateway", times=2
    )
    await compare(till)
    await till.hurry.until(lambda: heard(till, "0 payments, all agree"))
    assert 3 == till.calls("getStarTransactions")


async def test_a_list_nobody_can_read_is_asked_for_again_and_stops_nothing_else(
    till: Till,
) -> None:
    moved = till.story.world.till.stars.transactions
    user = {"type": "user", "transaction_type": "invoice_payment", "user": {"id": 5}}
    moved.append({"id": "x", "amount": 1, "date": 1, "source": user})
    await compare(till)
    await until(lambda: till.calls("getStarTransactions") == 1)
    an = await till.person()
    await till.paid(an, 10)
    moved.pop(0)
    await till.hurry.until(lambda: heard(till, "1 payment, it agrees"))


async def test_what_was_paid_to_the_bot_before_this_shop_opened_buys_nothing(till: Till) -> None:
    an = await till.person()
    till.hurry.ahead_s -= DAY_S
    till.paid_unheard(an, 10, "of another program")
    till.hurry.ahead_s += DAY_S
    await compare(till)
    await till.operator.sees("1 payment, it agrees")
    assert [] == await till.entries(an)


async def test_a_difference_that_cannot_be_mended_stops_nothing_and_is_tried_again(
    till: Till,
) -> None:
    an, binh = await till.person("An"), await till.person("Bình")
    till.paid_unheard(an, 50, await till.offered(an, 50))
    await till.paid(binh, 20)
    till.goes_by(SETTLED_S)
    await change(
        till.story,
        "CREATE TRIGGER broken BEFORE INSERT ON payment "
        "BEGIN SELECT RAISE(ABORT, 'a row that breaks a rule'); END",
    )
    await compare(till)
    await until(lambda: till.calls("getStarTransactions") > 1)
    await binh.answer_to(binh.say("/quota"))
    await change(till.story, "DROP TRIGGER broken")
    till.goes_by(DAY_S)
    await an.sees("I have found the ⭐ 50 you paid")


async def test_whoever_misses_a_payment_has_it_found_by_asking_for_help(till: Till) -> None:
    an = await till.person()
    till.paid_unheard(an, 50, await till.offered(an, 50, "monthly"))
    till.goes_by(SETTLED_S)
    helped = await an.answer_to(an.say("/paysupport"))
    assert "I now compare with Telegram’s list" in words(helped)
    await an.sees("I have found the ⭐ 50 you paid and put ₫5,000 on your balance")
