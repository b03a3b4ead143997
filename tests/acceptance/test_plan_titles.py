"""A plan that the shop has given a title: people read that and never the name behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from counters import Counter, built_counter, is_thanks
from handing import said, told
from story import Person, labels, words
from telling import press, said_to, until

PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 330
packs = [100]
[plans.free]
[plans.m30]
title = "Gói tháng vàng"
price = 330_000
days = 30
refund = 0.70
[plans.week]
price = 90_000
days = 7
"""


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with built_counter(tmp_path) as counter:
        yield counter


async def bought(counter: Counter, an: Person) -> None:
    """By what /buy sells, from its button to the thanks."""
    sold = await an.answer_to(an.say("/buy"))
    assert "Gói tháng vàng" in words(sold)
    await press(an, sold, "Gói tháng vàng")
    asked = await an.sees(lambda m: "renewed every 30 days" in words(m))
    assert "Gói tháng vàng" in words(asked)
    (url,) = [b["url"] for row in asked["reply_markup"]["inline_keyboard"] for b in row]
    await counter.story.world.pay_link(an.user_id, url)
    assert "Gói tháng vàng" in words(await an.sees(is_thanks))


def all_read(person: Person) -> str:
    """Every word and button in their private chat, for nobody to shout over."""
    sent = [(words(each), str(labels(each))) for each in person.from_bot()]
    return str(sent).lower()


async def test_a_title_is_read_from_buying_to_the_early_end(counter: Counter) -> None:
    an, boss = counter.story.person("An", "en"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(boss.user_id)}, text=PLANS):
        await bought(counter, an)
        assert "Plan: Gói tháng vàng" in await said_to(an, "/quota")
        assert "Plan: Gói tháng vàng" in await said_to(an, "/receipts")
        plans = await an.answer_to(an.say("/plans"))
        assert "The plan Gói tháng vàng renews itself" in words(plans)
        await press(an, plans, "🔁 Stop renewing Gói tháng vàng")
        await press(an, await an.sees("Stop renewing the plan Gói tháng vàng?"), "Yes")
        await an.sees("The plan Gói tháng vàng is not renewed any more")
        assert "Gói tháng vàng (m30)" in await told(boss, f"/plan {an.user_id}")
        another = await told(boss, f"/plan {an.user_id} week")
        assert "Gói tháng vàng (m30)" in another
        question = await said(boss, f"/plan {an.user_id} free")
        assert "Gói tháng vàng (m30)" in words(question)
        await press(boss, question, "⏹")
        await an.sees("⏹ Your plan Gói tháng vàng has ended early")
        await until(lambda: "⏹ the plan gói tháng vàng (m30) of an" in all_read(boss))
        assert "m30" not in all_read(an)


async def test_a_title_is_read_when_what_bought_it_goes_back(counter: Counter) -> None:
    an, boss = counter.story.person("An", "en"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(boss.user_id)}, text=PLANS):
        await bought(counter, an)
        overview = await boss.answer_to(boss.say("/admin"))
        await press(boss, overview, "⭐ Payments")
        page = await boss.sees("Payments in Stars")
        assert "Gói tháng vàng (m30)" in words(page)
        await press(boss, page, "↩️ Refund #1")
        await press(boss, await boss.sees("Refund ⭐"), "↩️ Yes")
        over = await an.sees("You were given back ⭐ 1,000")
        assert "Gói tháng vàng" in words(over)
        assert "m30" not in all_read(an)
