"""Every charge and refund is a page away, says why, and is shown to nobody else."""

from pathlib import Path

import pytest
from ruling import rule
from shopping import end_plan, sell
from story import Message, Person, Story, code_in, labels, words
from telling import forge, later, next_result, press
from town_rules import ruled_story

from bot.jobs.rules import GroupRules, Payer
from bot.sandbox.world import World

PLANS = """
[prices]
image = {image}
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = {free}
threads = 3
[plans.monthly]
title = "Monthly 5M"
price = 5_000_000
days = 30
refund = 0.70
threads = 3
"""
A_DAY_S = 24 * 3_600
NOT_YOURS = "This button is not for you."


def plans(*, image: int = 100, free: int = 0) -> str:
    return PLANS.format(image=image, free=free)


async def receipts(person: Person, *, chat: int | None = None) -> Message:
    return await person.answer_to(person.say("/receipts@easel_bot", chat=chat), chat=chat)


def lines_of(page: Message) -> list[list[str]]:
    """Each receipt by its lines, from the top; without its time."""
    return [part.splitlines() for part in words(page).split("\n\n")[1:]]


def tails(page: Message) -> list[list[str]]:
    """Without the line that says when and what."""
    return [lines[1:] for lines in lines_of(page)]


async def turned(person: Person, page: Message, label: str) -> Message:
    before = words(page)
    await press(person, page, label)

    def look(world: World) -> Message | None:
        now = world.message(page["chat"]["id"], page["message_id"])
        return now if words(now) != before else None

    return await person.world.wait_for(look, 60)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", "Chưa có khoản nào cả. Bắt đầu với /img chú mèo bên cửa sổ"),
        ("en", "There is nothing to account for yet. Begin with /img a cat at a window"),
    ],
)
async def test_who_has_spent_nothing_reads_how_to_begin(
    story: Story, language: str, told: str
) -> None:
    assert told == words(await receipts(story.person("An", language)))


async def test_what_was_made_failed_and_given_stands_with_what_it_moved_and_why(
    tmp_path: Path,
) -> None:
    async with ruled_story(tmp_path, plans(free=2)) as story:
        an = story.person("An", "en")
        await an.answer_to(an.say("/jobs"))
        await sell(story, an, 2_000)
        done = await an.result_of(an.say("/img a lake"))
        story.town.apiframe.fail_next("/imagine", status=400, body=b'{"error": "no"}')
        await an.sees("did not take this request", after=an.say("/img a storm"))
        held = story.town.apiframe.hold_next("/imagine")
        await an.answer_to(an.say("/img a hill"))
        page = await receipts(an)
        held.release()
        title, balance = words(page).split("\n\n")[0].splitlines()
        assert "🧾 Your receipts, newest first" == title
        assert "Balance now: ₫1,400 (set aside: ₫400)" == balance
        assert [
            ["a hill", "Still being made: ₫400 held", "Balance after: ₫1,400"],
            ["a storm", "₫400 held, all given back", "The provider refused"],
            ["a lake", "2 free of that day's", "₫200 held, ₫200 taken", "Balance after: ₫1,800"],
            ["Reason: paid at the counter", "Balance after: ₫2,000"],
        ] == tails(page)
        assert f"🎨 {code_in(done)} · " in words(page)
        assert "➕ ₫2,000 · " in words(page)


async def test_a_plan_ended_early_on_day_twelve_shows_the_refund_and_what_is_gone(
    tmp_path: Path,
) -> None:
    async with ruled_story(tmp_path, plans(image=300_000)) as story:
        an, binh = story.person("An", "en"), story.person("Bình", "vi")
        for person in (an, binh):
            await person.answer_to(person.say("/jobs"))
            await sell(story, person, 5_000_000, plan="monthly")
            await person.result_of(person.say("/img a lake"))
        with later(12 * A_DAY_S):
            for person in (an, binh):
                await end_plan(story, person)
            refund = lines_of(await receipts(an))[0]
            assert refund[0].startswith("➖ ₫2,660,000 · ")
            assert refund[0].endswith(" · refund of a plan ended early")
            assert [
                "₫2,660,000 = 70% of ₫3,800,000, paid back by the shop",
                "The other ₫1,140,000 are gone",
                "Plan: Monthly 5M",
                "Balance after: ₫0",
            ] == refund[1:]
            assert [
                "2.660.000 ₫ = 70% của 3.800.000 ₫, shop hoàn lại",
                "1.140.000 ₫ còn lại đã hết hiệu lực",
                "Gói: Monthly 5M",
                "Số dư sau đó: 0 ₫",
            ] == tails(await receipts(binh))[0]
            assert "Balance now: ₫0" in words(await receipts(an))


async def test_pages_of_six_turn_in_place_there_and_back(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, plans()) as story:
        an = story.person("An", "en")
        await an.answer_to(an.say("/jobs"))
        for amount_vnd in range(1_001, 1_009):
            await sell(story, an, amount_vnd)
        page = await receipts(an)
        assert [["Older ▶"]] == labels(page)
        first = lines_of(page)
        assert 6 == len(first)
        assert first[0][0].startswith("➕ ₫1,008")
        second = await turned(an, page, "Older")
        assert ["➕ ₫1,002", "➕ ₫1,001"] == [each[0].split(" · ")[0] for each in lines_of(second)]
        assert [["◀ Newer"]] == labels(second)
        assert ["₫8,036", "₫7,028"] == [each[-1].split()[-1] for each in first[:2]]
        assert ["Balance after: ₫2,003", "Balance after: ₫1,001"] == [
            each[-1] for each in lines_of(second)
        ]
        assert first == lines_of(await turned(an, second, "◀"))


async def test_a_request_moved_cancelled_or_varied_is_a_line_of_its_own(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, plans()) as story:
        an = story.person("An", "en")
        await an.answer_to(an.say("/jobs"))
        await sell(story, an, 5_000)
        grid = await an.result_of(an.say("/img a lake"))
        await press(an, grid, "V2")
        await next_result(an, grid, after=grid)
        story.town.apiframe.never_finish()
        for _ in range(4):  # the last one waits for a lane
            status = await an.answer_to(an.say("/img a hill"))
        await press(an, status, "✖")
        await an.sees("Cancelled", after=grid)
        page = await receipts(an)
        assert ["a hill", "₫400 held, all given back", "Cancelled before it was ordered"] == (
            tails(page)[0]
        )
        varied = lines_of(page)[4]
        assert varied[0].endswith(" · variations")
        assert ["a lake", "₫400 held, ₫400 taken", "Balance after: ₫4,200"] == varied[1:]


async def test_the_groups_receipts_are_its_admins_and_ones_own_are_never_shown_there(
    tmp_path: Path,
) -> None:
    async with ruled_story(tmp_path, plans(free=8)) as story:
        an, ben = story.person("An", "en"), story.person("Ben", "en")
        group = story.group("Painters", an, ben)
        await an.result_of(an.say("/img my secret"))
        await an.answer_to(an.say("/jobs@easel_bot", chat=group), chat=group)
        await rule(story, group, GroupRules(payer=Payer.GROUP))
        await sell(story, Person(story.world, group), 1_000)
        await ben.result_of(ben.say("/img@easel_bot a lake", chat=group), chat=group)

        page = await receipts(an, chat=group)
        assert words(page).startswith("🧾 Receipts of the group's wallet, newest first\n")
        asked = ["a lake", "Asked by Ben", "₫400 held, ₫400 taken", "Balance after: ₫600"]
        assert asked == tails(page)[0]
        assert "my secret" not in words(page)
        assert [["🧾 Your own receipts"]] == labels(page)

        led = await receipts(ben, chat=group)
        assert "Your receipts are shown in our private chat alone" in words(led)
        [[button]] = led["reply_markup"]["inline_keyboard"]
        assert "https://t.me/easel_bot?start=receipts" == button["url"]
        forged = "R:::o.99999999999999.0"
        assert NOT_YOURS == await forge(ben, page, forged)
        own = words(await an.answer_to(an.say("/start receipts")))
        assert ("my secret" in own, "a lake" in own) == (True, False)


async def test_what_lapsed_stands_in_the_receipts_that_are_opened_after_it(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, plans()) as story:
        an = story.person("An", "en")
        await an.answer_to(an.say("/jobs"))
        await sell(story, an, 5_000_000, plan="monthly")
        await sell(story, an, 700)
        with later(31 * A_DAY_S):
            page = await receipts(an)
        assert "Balance now: ₫700" in words(page)
        assert "lapsed at the end of the plan" in lines_of(page)[0][0]
        assert ["₫700", "₫5,000,700", "₫5,000,000"] == [
            each[-1].removeprefix("Balance after: ") for each in lines_of(page)
        ]


async def test_a_page_somebody_made_up_shows_nobody_elses_money(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    await an.result_of(an.say("/img my secret"))
    page = await receipts(ben)
    for how in ("o.99999999999999.0", "n.0.0", "x", "o.1", "o.-1.0", "o.1.٣"):
        await forge(ben, page, f"R:::{how}")
    assert not [message for message in ben.from_bot() if "my secret" in words(message)]
