"""What somebody has, in one look: plan, today, balance, what is held and what runs."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shopping import sell
from story import Person, Story, labels, words
from telling import later, press, said_to
from town_rules import CHEAP, ruled_story

MONTHLY = """
[prices]
image = 100
[stars]
vnd_per_star = 100
packs = [50]
[plans.free]
free_images_per_day = 4
threads = 2
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
max_images_per_day = 20
threads = 3
"""
A_DAY_S = 24 * 3_600


@contextlib.asynccontextmanager
async def shop_open(folder: Path) -> AsyncIterator[Story]:
    async with ruled_story(folder, MONTHLY) as story:
        yield story


async def quota(person: Person, chat: int | None = None) -> list[str]:
    asked = person.say("/quota@easel_bot", chat=chat)
    return words(await person.answer_to(asked, chat=chat)).splitlines()


async def test_quota_tells_plan_rest_balance_and_what_is_under_way(story: Story) -> None:
    an = story.person("An")
    await an.result_of(an.say("/img mèo"))
    answer = await an.answer_to(an.say("/quota"))
    lines = words(answer).splitlines()
    assert [
        "Gói: Miễn phí",
        "Ảnh miễn phí hôm nay: còn 36/40",
        "Video miễn phí hôm nay: còn 2/2",
    ] == (lines[:3])
    assert lines[3].startswith("Có lượt miễn phí mới lúc: 00:00 ")
    assert ["Số dư: 0 ₫", "Đang làm: 0/1 cùng lúc"] == lines[4:]
    assert [["🧾 Biên nhận", "📋 Các gói", "⭐ Nạp thêm"]] == labels(answer)


async def test_without_stars_there_is_nothing_to_buy_in_the_chat(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, CHEAP) as story:
        an = story.person("An", "en")
        answer = await an.answer_to(an.say("/quota"))
        assert [["🧾 Receipts", "📋 Plans"]] == labels(answer)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "vi",
            [
                "Khi đó 4.200 ₫ còn lại của gói sẽ hết hạn.",
                "Muốn dừng sớm, hãy nhắn shop: bạn được hoàn 70% phần còn lại đó.",
                "Ảnh hôm nay theo gói: còn 8/20",
                "Số dư: 4.200 ₫ (đang giữ 800 ₫ cho 2 yêu cầu)",
                "Đang làm: 2/3 cùng lúc",
            ],
        ),
        (
            "en",
            [
                "What is left of it then lapses: ₫4,200 now.",
                "To end it early, write to the shop: 70% of that is paid back.",
                "Pictures today by the plan: 8 of 20 left",
                "Balance: ₫4,200 (set aside: ₫800 for 2 requests)",
                "Being made: 2 of 3 at once",
            ],
        ),
    ],
)
async def test_a_plan_tells_its_end_its_cap_and_what_it_holds(
    tmp_path: Path, language: str, told: list[str]
) -> None:
    async with shop_open(tmp_path) as story:
        an = story.person("An", language)
        await an.result_of(an.say("/img a lake"))  # the day's free ones, before the plan
        await sell(story, an, 5_000, plan="monthly")
        story.town.apiframe.never_finish()
        for prompt in ("a hill", "a house"):
            await an.answer_to(an.say(f"/img {prompt}"))
        plan, *rest = await quota(an)
        assert "onthly" in plan
        resets = next(line for line in rest if "00:00" in line)
        assert told == [line for line in rest if line != resets]


async def test_what_waits_is_counted_apart_from_what_runs(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, MONTHLY.replace("_per_day = 4", "_per_day = 40")) as story:
        an = story.person("An", "en")
        story.town.apiframe.never_finish()
        for prompt in ("a hill", "a house", "a tree"):
            await an.answer_to(an.say(f"/img {prompt}"))
        assert "Being made: 2 of 2 at once, waiting: 1" in await quota(an)


async def test_when_a_plan_is_over_its_balance_is_no_longer_told(tmp_path: Path) -> None:
    async with shop_open(tmp_path) as story:
        an = story.person("An", "en")
        await said_to(an, "/jobs")
        await sell(story, an, 5_000, plan="monthly")
        with later(30 * A_DAY_S + 60):
            lines = await quota(an)
            assert ("Plan: Free", "Balance: ₫0") == (lines[0], lines[3])


@pytest.mark.parametrize("given", ["0", '"unlimited"'])
async def test_quota_promises_no_new_day_where_none_brings_anything(
    tmp_path: Path, given: str
) -> None:
    plans = f"{CHEAP}free_images_per_day = {given}\nfree_videos_per_day = {given}\n"
    async with ruled_story(tmp_path, plans) as story:
        told = await said_to(story.person("An"), "/quota")
        assert "Số dư: " in told
        assert "lượt miễn phí mới" not in told


@pytest.mark.parametrize("alias", ["/usage", "/me", "/QUOTA"])
async def test_quota_has_other_names(story: Story, alias: str) -> None:
    an = story.person("An", "en")
    assert "Free pictures today: 40 of 40 left" in await said_to(an, alias)


async def test_the_receipts_are_a_press_away(story: Story) -> None:
    an = story.person("An", "en")
    answer = await an.answer_to(an.say("/quota"))
    await press(an, answer, "🧾")
    await an.sees("There is nothing to account for yet.")
