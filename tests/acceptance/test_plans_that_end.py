"""A plan with days does not lapse without a word: one some days before, one when it is over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stars import Till, open_till
from story import Message, Person, labels, words
from telling import press, until

DAY = 86_400
WEEKLY = """
[plans.weekly]
title = { vi = "Theo tuần", en = "Weekly" }
price = 800
days = 7
"""


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_till(tmp_path, WEEKLY) as till:
        yield till


def told(person: Person, *, chat: int | None = None) -> list[str]:
    """What they have heard of plans that end."""
    said = [words(message) for message in person.from_bot(chat)]
    return [each for each in said if each.startswith(("⏳ ", "⌛"))]


async def has_plan(till: Till, whose: int, plan: str) -> Message:
    operator = till.operator
    return await operator.answer_to(operator.say(f"/plan {whose} {plan}"))


async def hears(till: Till, person: Person, count: int, *, chat: int | None = None) -> str:
    """The last of so many; never more, also when the bot looks again."""
    await until(lambda: len(told(person, chat=chat)) >= count)
    till.goes_by(1)
    await person.answer_to(person.say("/quota"))
    assert count == len(told(person, chat=chat))
    return told(person, chat=chat)[-1]


async def test_who_has_something_left_hears_it_three_days_before_and_once_at_the_end(
    till: Till,
) -> None:
    an = await till.person()
    await has_plan(till, an.user_id, "monthly")
    till.goes_by(26.9 * DAY)
    await an.answer_to(an.say("/quota"))
    assert [] == told(an)
    till.goes_by(0.2 * DAY)
    near = await hears(till, an, 1)
    assert near.startswith("⏳ Your plan Monthly ends on ")
    assert "₫5,000 of it is left. What you do not use by then lapses" in near
    assert near.endswith("get the plan again before that from @shop and you keep it.")
    till.goes_by(3 * DAY)
    over = await hears(till, an, 2)
    assert over.startswith("⌛ Your plan Monthly ended on ")
    assert "and the ₫5,000 left of it has lapsed." in over
    assert over.endswith("You have the plan Free now; /plans shows what there is.")
    assert 0 == await till.balance(an)
    till.goes_by(3 * DAY)
    await hears(till, an, 2)


async def test_a_week_is_told_of_a_day_before_and_bought_again_it_is_told_anew(
    till: Till,
) -> None:
    an = await till.person("An", "vi")
    await till.paid(an, 8, "weekly")
    till.goes_by(5.9 * DAY)
    await an.answer_to(an.say("/quota"))
    assert [] == told(an)
    till.goes_by(0.2 * DAY)
    near = await hears(till, an, 1)
    assert near.startswith("⏳ Gói Theo tuần của bạn kết thúc ")
    assert near.endswith("bạn mua lại gói trước lúc ấy bằng /buy thì giữ được nhé.")
    await till.paid(an, 8, "weekly")
    till.goes_by(1 * DAY)
    await hears(till, an, 1)
    till.goes_by(6 * DAY)
    assert "và còn 1.600 ₫." in await hears(till, an, 2)
    till.goes_by(1 * DAY)
    over = await hears(till, an, 3)
    assert "1.600 ₫ còn lại của gói đã hết hạn." in over
    assert "Giờ bạn dùng gói Miễn phí" in over


async def test_who_is_charged_anew_each_month_is_not_warned(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 50, "monthly", renews=True)
    till.goes_by(28 * DAY)
    await an.answer_to(an.say("/quota"))
    assert [] == told(an)


async def test_a_group_hears_it_in_the_group(till: Till) -> None:
    an = await till.person()
    group = till.story.group("Nhóm", an, till.operator)
    an.say("/plans@easel_bot", chat=group)
    await an.sees("Plans", chat=group)
    await has_plan(till, group, "weekly")
    till.goes_by(6.5 * DAY)
    near = await hears(till, an, 1, chat=group)
    assert "⏳ Gói Theo tuần của nhóm kết thúc" in near
    till.goes_by(1 * DAY)
    over = await hears(till, an, 2, chat=group)
    assert "800 ₫ còn lại của gói đã hết hạn." in over
    assert "gõ /plans@easel_bot" in over
    assert [] == told(an)


async def test_of_a_plan_of_which_nothing_is_left_the_end_alone_is_told(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 8, "weekly")
    for _ in range(2):
        await an.result_of(an.say("/img a lake"))
    till.goes_by(6.5 * DAY)
    await an.answer_to(an.say("/quota"))
    assert [] == told(an)
    till.goes_by(1 * DAY)
    over = await hears(till, an, 1)
    assert "lapsed" not in over


async def test_ended_early_or_refunded_it_has_its_own_words(till: Till) -> None:
    an, ben = await till.person(), await till.person("Ben")
    question = await has_plan(till, an.user_id, "monthly")
    question = await has_plan(till, an.user_id, "free")
    await press(till.operator, question, labels(question)[0][0])
    await an.sees("Your plan Monthly has ended early.")
    charge = await till.paid(ben, 8, "weekly")
    till.story.world.refund_elsewhere(charge)
    await ben.sees("has ended; you can buy one any time")
    till.goes_by(33 * DAY)
    for person in (an, ben):
        await person.answer_to(person.say("/quota"))
        assert [] == told(person)


async def test_who_has_blocked_the_bot_keeps_nobody_else_from_hearing(till: Till) -> None:
    an, ben = await till.person(), await till.person("Ben")
    await till.paid(an, 8, "weekly")
    await till.paid(ben, 8, "weekly")
    till.story.world.block_bot(an.user_id)
    till.goes_by(6.5 * DAY)
    await hears(till, ben, 1)
    till.goes_by(1 * DAY)
    await hears(till, ben, 2)
    assert [] == told(an)
    assert 0 == await till.balance(an)


async def test_who_pays_in_after_the_end_hears_of_it_at_once(till: Till) -> None:
    an = await till.person()
    await till.paid(an, 8, "weekly")
    till.hurry.ahead_s += 8 * DAY  # and nobody has looked since
    await till.paid(an, 10)
    over = await hears(till, an, 1)
    assert "₫800 left of it has lapsed" in over
