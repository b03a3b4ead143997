"""The same request once more, by a word or a button, of a result, a picture of it or a failure."""

import pytest
from story import Message, Person, Story, code_in, labels, words
from telling import next_result, press, said_to


async def grid_of(person: Person, *, chat: int | None = None) -> Message:
    return await person.result_of(person.say("/img@easel_bot a garden", chat=chat), chat=chat)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "same again"), ("en", "Redo"), ("vi", "lần nữa"), ("vi", "lại")]
)
async def test_a_word_in_reply_to_a_result_asks_for_the_same_again(
    story: Story, language: str, said: str
) -> None:
    an = story.person("An", language)
    grid = await grid_of(an)
    again = await an.result_of(an.say(said, to=grid))
    assert code_in(grid) != code_in(again)
    assert words(grid).split("\n")[:2] == words(again).split("\n")[:2]
    prompts = [call.body["prompt"] for call in story.town.apiframe.calls if "imagine" in call.path]
    assert ["a garden", "a garden"] == prompts


async def test_a_word_in_reply_to_a_failure_tries_again(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.fail_next("/imagine", status=422)
    failed = await an.sees("Nhà cung cấp không nhận yêu cầu này", after=an.say("/img mèo"))
    assert "mèo" in words(await an.result_of(an.say("làm lại", to=failed)))


async def test_a_picked_picture_has_a_button_that_makes_the_whole_request_again(
    story: Story,
) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("2", to=grid))
    assert ["🔄 Redo", "📁 File"] == labels(picked)[-1]
    await press(an, picked, "🔄")
    again = await next_result(an, picked, after=picked)
    assert ["1", "2", "3", "4"] == labels(again)[0]


async def test_a_variation_made_again_is_a_variation_of_the_same_picture(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an)
    varied = await an.result_of(an.say("vary 3 subtle", to=grid))
    again = await an.result_of(an.say("once more", to=varied))
    assert f"Variations of picture 3 from {code_in(grid)}" in words(again)
    bodies = [call.body for call in story.town.apiframe.calls if call.path.endswith("/vary")]
    assert bodies[0] | {"webhook_url": None} == bodies[1] | {"webhook_url": None}


async def test_in_a_group_whoever_says_again_pays_for_it(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    grid = await grid_of(an, chat=group)
    await ben.result_of(ben.say("again", chat=group, to=grid), chat=group)
    assert "36 of 40" in await said_to(an, "/quota")
    assert "36 of 40" in await said_to(ben, "/quota")


async def test_the_word_alone_is_talk(story: Story) -> None:
    an = story.person("An", "en")
    await grid_of(an)
    assert "Shall I draw that?" in await said_to(an, "again")
    assert 1 == len(story.town.apiframe.tasks)
