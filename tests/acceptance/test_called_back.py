"""The provider itself calls the bot: a picture is heard of at once, however its calls come."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from serving import free_port
from story import Story, living_bot, served_town, settings_for
from telling import until

from bot.sandbox.apiframe import ApiframeSandbox

RARELY = "1000"
"""Seconds: who is not called does not look again while a test runs."""


@pytest.fixture
async def called(tmp_path: Path) -> AsyncIterator[Story]:
    """A bot that its provider can call, and that would ask by itself only much later."""
    async with served_town(tmp_path / "town") as town:
        told = settings_for(
            town, tmp_path / "data", **town.settings_with_webhooks(f"127.0.0.1:{free_port()}")
        )
        async with living_bot({**told, "BOT_POLL_SECONDS": RARELY}):
            yield Story(town, tmp_path / "data")


def reads(apiframe: ApiframeSandbox) -> int:
    return sum(call.path.endswith(("/fetch", "/fetch-many")) for call in apiframe.calls)


async def test_a_picture_comes_as_soon_as_its_provider_calls(called: Story) -> None:
    an, apiframe = called.person("An"), called.town.apiframe
    result = await an.result_of(an.say("/img sóng biển"))
    assert "photo" in result
    assert {200} == {call.status for call in apiframe.webhooks.sent}
    assert 0 < reads(apiframe) <= len(apiframe.webhooks.sent)


async def test_calls_that_come_twice_or_backwards_bring_one_picture(called: Story) -> None:
    an, webhooks = called.person("An"), called.town.apiframe.webhooks
    webhooks.send_twice()
    asked = an.say("/img sóng biển")
    first = await an.result_of(asked)
    await until(lambda: webhooks.sent and not webhooks.has_to_tell)
    webhooks.hold()
    again = an.say("/img núi tuyết")
    await until(lambda: len(called.town.apiframe.tasks) == 2 and not webhooks.has_to_tell)
    webhooks.release_last_first()
    second = await an.result_of(again)
    assert first["message_id"] != second["message_id"]
    pictures = [message for message in an.from_bot() if "photo" in message]
    assert [first, second] == pictures


async def test_a_call_before_the_submits_answer_is_no_trouble(called: Story) -> None:
    an, apiframe = called.person("An"), called.town.apiframe
    held = apiframe.hold_next("/imagine", when="after")
    asked = an.say("/img sóng biển")
    await held.arrived()
    [task_id] = apiframe.tasks
    apiframe.finish_now(task_id)
    await until(lambda: apiframe.webhooks.sent)
    held.release()
    assert "photo" in await an.result_of(asked)


async def test_a_bot_that_is_away_when_called_asks_by_itself_after_its_start(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town") as town:
        told = settings_for(
            town, tmp_path / "data", **town.settings_with_webhooks(f"127.0.0.1:{free_port()}")
        )
        story = Story(town, tmp_path / "data")
        an = story.person("An")
        town.apiframe.never_finish()
        async with living_bot(told):
            asked = an.say("/img sóng biển")
            await until(lambda: town.apiframe.tasks and reads(town.apiframe))
        [task_id] = town.apiframe.tasks
        town.apiframe.finish_now(task_id)
        await until(lambda: not town.apiframe.webhooks.has_to_tell)
        async with living_bot(told):
            assert "photo" in await an.result_of(asked)
