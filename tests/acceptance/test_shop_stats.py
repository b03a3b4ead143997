"""`/stats`: the operator sees how the shop goes, by day and by provider; nobody else does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story import Person, Story, labels, living_bot, served_town, settings_for, words


@pytest.fixture
async def shop_story(tmp_path: Path) -> AsyncIterator[tuple[Story, Person]]:
    """A bot with an operator, in a town of its own."""
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id))
        async with living_bot(environ):
            yield story, operator


async def test_what_was_made_is_told_by_provider_and_day(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    an = story.person("An", "en")
    await an.result_of(an.say("/img a lighthouse"))
    told = await operator.answer_to(operator.say("/stats"))
    assert [["✓ Today", "7 days", "30 days"]] == labels(told)
    assert "Midjourney: 1 request\n" in words(told)
    assert "Pictures: 4 · videos: 0" in words(told)
    assert "Income: ₫0" in words(told)
    operator.press(told, "7 days")
    week = await operator.sees("Day by day:")
    assert told["message_id"] == week["message_id"]
    assert "requests 1 · pictures 4 · videos 0" in words(week)


async def test_nobody_else_is_told(shop_story: tuple[Story, Person]) -> None:
    story, _ = shop_story
    an = story.person("An", "vi")
    refused = words(await an.answer_to(an.say("/stats")))
    assert "Lệnh này chỉ dành cho" in refused


async def test_in_a_group_nothing_is_told(shop_story: tuple[Story, Person]) -> None:
    story, operator = shop_story
    group = story.group("Art", operator)
    asked = operator.say(f"/stats@{story.world.bot['username']}", chat=group)
    told = words(await operator.answer_to(asked, chat=group))
    assert "Income" not in told
