"""A plan that renews itself is stopped by who pays for it, and by the end of the plan."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stars import Till, open_till
from story import Person, labels, words
from telling import forge, press, until


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_till(tmp_path) as till:
        yield till


def is_cancelled(till: Till, charge: str) -> bool:
    return charge in till.story.world.till.stars.cancelled


async def last_plans(person: Person) -> list[list[str]]:
    return labels(await person.answer_to(person.say("/plans")))


async def test_a_plan_that_renews_itself_is_shown_and_stopped(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 50, "monthly", renews=True)
    plans = await an.answer_to(an.say("/plans"))
    assert "The plan Monthly renews itself every 30 days, for ⭐ 50 each time." in words(plans)
    await press(an, plans, "🔁 Stop renewing Monthly")
    question = await an.sees("Stop renewing the plan Monthly?")
    assert not is_cancelled(till, charge)
    await press(an, question, "Yes")
    await until(lambda: is_cancelled(till, charge))
    await an.sees("The plan Monthly is not renewed any more. You keep it")
    assert ["🔁 Stop renewing Monthly"] not in await last_plans(an)
    with pytest.raises(ValueError, match="goes on"):
        till.story.world.renew(charge)


async def test_bought_by_a_link_and_renewed_it_is_one_and_stops_as_one(till: Till) -> None:
    an = await till.person()
    world = till.story.world
    await press(an, await an.answer_to(an.say("/buy")), "Monthly ·")
    asked = await an.sees(lambda m: "renewed every 30 days" in words(m))
    (url,) = [b["url"] for row in asked["reply_markup"]["inline_keyboard"] for b in row]
    charge = await world.pay_link(an.user_id, url)
    again = world.renew(charge)
    await an.sees("balance is now ₫10,000")
    plans = await an.answer_to(an.say("/plans"))
    assert 1 == labels(plans).count(["🔁 Stop renewing Monthly"])
    await press(an, plans, "🔁")
    await press(an, await an.sees("Stop renewing the plan Monthly?"), "Yes")
    await until(lambda: is_cancelled(till, charge))
    with pytest.raises(ValueError, match="goes on"):
        world.renew(again)


async def test_it_is_stopped_though_telegrams_answers_are_lost(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 50, "monthly", renews=True)
    world = till.story.world
    world.fail_next("editUserStarSubscription", status=502, description="Bad Gateway")
    world.lose_answer_of_next("editUserStarSubscription")
    plans = await an.answer_to(an.say("/plans"))
    await press(an, plans, "🔁")
    await press(an, await an.sees("Stop renewing the plan Monthly?"), "Yes")
    await till.hurry.until(lambda: till.calls("editUserStarSubscription") == 3)
    assert is_cancelled(till, charge)


async def test_where_telegram_says_no_they_are_told_where_they_can(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 50, "monthly", renews=True)
    till.story.world.fail_next(
        "editUserStarSubscription", status=400, description="Bad Request: CHARGE_NOT_FOUND"
    )
    await press(an, await an.answer_to(an.say("/plans")), "🔁")
    await press(an, await an.sees("Stop renewing the plan Monthly?"), "Yes")
    await an.sees("Please open Telegram’s Settings → My Stars")
    await till.operator.sees("Telegram does not stop renewing payment #1 of An")
    assert ["🔁 Stop renewing Monthly"] in await last_plans(an)


async def test_a_refund_of_its_payment_stops_it(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 50, "monthly", renews=True)
    till.story.world.refund_elsewhere(charge)
    await until(lambda: is_cancelled(till, charge))


async def test_the_early_end_of_the_plan_stops_it(till: Till) -> None:
    an = await till.person()
    charge = await till.paid(an, 50, "monthly", renews=True)
    operator = till.operator
    question = await operator.answer_to(operator.say(f"/plan {an.user_id} free"))
    assert "It is not renewed any more, either." in words(question)
    await press(operator, question, labels(question)[0][0])
    await until(lambda: is_cancelled(till, charge))


async def test_nobody_stops_anothers(till: Till) -> None:
    an, ben = await till.person(), await till.person("Ben")
    charge = await till.paid(an, 50, "monthly", renews=True)
    shown = await ben.answer_to(ben.say("/help"))
    for how in ("stop=1", "yes=1", "yes=x", "yes=99"):
        assert "This button is not for you." == await forge(ben, shown, f"N:::{how}")
    assert not is_cancelled(till, charge)


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_plan_that_is_sold_no_more_is_not_paid_for_month_after_month(
    till: Till, *, is_heard: bool
) -> None:
    an = await till.person()
    if is_heard:
        charge = await till.paid(an, 50, "weekly_art", renews=True)
        till.story.world.renew(charge)
    else:
        payload = await till.offered(an, 50, "weekly_art", renews=True)
        charge = till.paid_unheard(an, 50, payload, renews=True)
        till.goes_by(25 * 3_600)
    await an.sees("The plan weekly_art is not sold any more, so the money is on the balance")
    await till.operator.sees("renews the plan weekly_art, which the plan file has no more. ₫5,000")
    await until(lambda: is_cancelled(till, charge))
    assert (10_000 if is_heard else 5_000) == await till.balance(an)
    assert not [row for row in await last_plans(an) if "🔁" in row[0]]


async def test_a_plan_that_left_the_file_while_it_was_paid_for_is_told_of(till: Till) -> None:
    an = await till.person()
    payload = await till.offered(an, 50, "weekly_art")
    till.paid_unheard(an, 50, payload)
    till.goes_by(25 * 3_600)
    await an.sees("The plan weekly_art is not sold any more, so the money is on the balance")
    await till.operator.sees("for the plan weekly_art, which the plan file has no more. ₫5,000")
    assert 5_000 == await till.balance(an)
