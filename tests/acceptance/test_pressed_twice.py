"""A finger that taps twice: what costs is made once, and whoever presses for themselves pays."""

import pytest
from story import Message, Person, Story, is_media, labels
from telling import answers, forge, later, next_result, press, said_to, until


async def grid_of(person: Person, *, chat: int | None = None) -> Message:
    return await person.result_of(person.say("/img@easel_bot a garden", chat=chat), chat=chat)


def results_of(person: Person, grid: Message, chat: int) -> list[Message]:
    return [m for m in person.from_bot(chat) if is_media(m) and answers(m, grid)]


def data_of(message: Message, label: str) -> str:
    buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
    return next(str(b["callback_data"]) for b in buttons if b["text"].startswith(label))


@pytest.mark.parametrize("label", ["V2", "🔄"])
async def test_a_button_tapped_twice_makes_one_request_and_costs_once(
    story: Story, label: str
) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    assert "Got it!" == await press(an, grid, label)
    assert "Already on it" == await press(an, grid, label)
    await next_result(an, grid, after=grid)
    assert 2 == len(story.town.apiframe.tasks)
    assert "32 of 40" in await said_to(an, "/quota")


async def test_the_same_button_ten_seconds_later_makes_it_once_more(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    await press(an, grid, "V2")
    varied = await next_result(an, grid, after=grid)
    with later(11):
        assert "Got it!" == await press(an, grid, "V2")
        await next_result(an, grid, after=varied)
    assert 3 == len(story.town.apiframe.tasks)


async def test_another_button_or_another_picture_is_another_wish(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    assert ["Got it!"] * 3 == [await press(an, grid, label) for label in ("V1", "V2", "🔄")]


async def test_two_people_who_press_the_same_button_both_pay_and_both_get_theirs(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    grid = await grid_of(an, chat=group)
    assert "Got it!" == await press(an, grid, "V1")
    assert "Got it!" == await press(ben, grid, "V1")
    await until(lambda: 2 == len(results_of(an, grid, group)))  # whichever comes first
    assert 3 == len(story.town.apiframe.tasks)
    assert "32 of 40" in await said_to(an, "/quota")
    assert "36 of 40" in await said_to(ben, "/quota")


async def test_try_again_tapped_twice_after_a_failure_tries_once(story: Story) -> None:
    an = story.person("An", "en")
    story.town.apiframe.fail_next("/imagine", status=400, body=b'{"errors":[{"msg":"bad words"}]}')
    failed = await an.sees("does not allow one of these words", after=an.say("/img a cat"))
    assert [["🔄 Try again"]] == labels(failed)
    assert "Got it!" == await press(an, failed, "🔄")
    assert "Already on it" == await press(an, failed, "🔄")
    await next_result(an, failed, after=failed)
    assert 1 == len(story.town.apiframe.tasks)


async def test_a_press_refused_for_want_of_money_may_be_tried_again_at_once(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    for _ in range(9):  # to the end of today's free ones
        await an.result_of(an.say("/img a garden"))
    refused = "Please see the message I just sent."
    assert [refused, refused] == [await press(an, grid, "V1") for _ in range(2)]


async def test_a_press_of_long_ago_comes_back_after_a_clock_was_set_back(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    with later(3600):
        assert "Got it!" == await forge(an, grid, data_of(grid, "V1"))
    assert "Got it!" == await forge(an, grid, data_of(grid, "V1"))
