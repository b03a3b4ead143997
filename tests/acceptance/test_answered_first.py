"""A press is answered at once: before anything is ordered, drawn or sent, and whatever becomes of it."""

import pytest
from beside import rows
from story import PATIENCE_S, Message, Person, Story, is_media
from telling import next_result, press, said_to, until

from bot.delivery.loop import SENDS_AT_ONCE

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def grid_of(person: Person) -> Message:
    return await person.result_of(person.say("/img a garden"))


def calls_since(story: Story, mark: int) -> list[str]:
    return [call.method for call in story.world.calls[mark:] if call.method != "getUpdates"]


@pytest.fixture
def answers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long one takes to leave on a slow machine."""
    monkeypatch.setattr("bot.chat.dispatch.ANSWER_FIRST_S", PATIENCE_S)


@pytest.mark.usefixtures("answers_are_waited_for")
async def test_a_press_that_orders_something_is_answered_before_the_order_leaves(
    story: Story,
) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    mark, orders = len(story.world.calls), len(story.town.apiframe.calls)
    answer = story.world.hold_next("answerCallbackQuery")
    an.press(grid, "V2")
    await answer.arrived()
    assert [(2,)] == rows(story, "SELECT COUNT(*) FROM job")  # it is safe already
    assert ["answerCallbackQuery"] == calls_since(story, mark)
    assert orders == len(story.town.apiframe.calls)
    answer.release()
    await next_result(an, grid, after=grid)


@pytest.mark.usefixtures("answers_are_waited_for")
async def test_a_press_that_shows_something_is_answered_before_it_is_sent(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    mark = len(story.world.calls)
    answer = story.world.hold_next("answerCallbackQuery")
    an.press(grid, "3")
    await answer.arrived()
    assert ["answerCallbackQuery"] == calls_since(story, mark)
    answer.release()
    await an.sees(is_media, after=grid)
    assert ["answerCallbackQuery", "sendPhoto"] == calls_since(story, mark)


async def test_an_answer_that_never_ends_does_not_hold_up_the_work(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    answer = story.world.hold_next("answerCallbackQuery")
    an.press(grid, "3")
    await an.sees(is_media, after=grid)
    answer.release()


async def test_an_answer_telegram_refuses_or_loses_undoes_nothing(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    world = story.world
    flood = {"retry_after": 3}
    world.fail_next("answerCallbackQuery", status=400, description=TOO_OLD)
    an.press(grid, "V1")
    varied = await next_result(an, grid, after=grid)
    world.fail_next("answerCallbackQuery", status=429, description="Flood", parameters=flood)
    an.press(grid, "V2")
    again = await next_result(an, grid, after=varied)
    world.lose_answer_of_next("answerCallbackQuery")
    an.press(grid, "V3")
    await next_result(an, grid, after=again)
    assert 4 == len(story.town.apiframe.tasks)
    assert "24 of 40" in await said_to(an, "/quota")


async def test_the_answer_waits_for_no_message_that_is_being_sent(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    crowd = [story.person(f"Person {number}", "en") for number in range(SENDS_AT_ONCE + 2)]
    held = [story.world.hold_next("sendMessage") for _ in crowd]
    for each in crowd:
        each.say("/quota")
    for sending in held[:SENDS_AT_ONCE]:
        await sending.arrived()
    assert await press(an, grid, "2")
    for sending in held:
        sending.release()
    for each in crowd:
        await each.sees("Balance")


async def test_a_press_nobody_can_handle_is_answered_as_well(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    query = {
        "id": "4242",
        "from": {"id": an.user_id, "is_bot": False, "first_name": "\ud83d"},
        "message": {**grid},
        "chat_instance": "1",
        "data": "x",
    }
    story.world.updates.put({"callback_query": query})

    def answered() -> bool:
        calls = [c for c in story.world.calls if c.method == "answerCallbackQuery"]
        return any(call.parameters["callback_query_id"] == "4242" for call in calls)

    await until(answered)
    assert await said_to(an, "/quota")
