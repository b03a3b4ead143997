"""A result is seen before the bot has heard that it arrived, or what says so is lost for good: who
replies to it is understood all the same, though what was lost is sent once more.
"""

import pytest
from story import Message, Person, Story, is_media, words
from telling import press

DRAW = "/img@easel_bot"


async def drawn(person: Person, group: int) -> Message:
    return await person.result_of(person.say(f"{DRAW} a cat", chat=group), chat=group)


async def larger_of(person: Person, group: int, said: str, to: Message) -> str:
    """What the answer to a reply says, once it is a picture."""
    asked = person.say(said, chat=group, to=to)
    return words(await person.result_of(asked, chat=group))


async def test_a_picked_picture_of_which_nobody_heard_is_the_one_that_was_picked(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Club", an, ben)
    grid = await drawn(an, group)
    story.world.lose_answer_of_next("sendPhoto")
    picked = await an.result_of(an.say("3", chat=group, to=grid), chat=group)
    assert "picture 3" in await larger_of(ben, group, "upscale", picked)


@pytest.mark.parametrize("tile", [1, 4])
async def test_a_file_of_which_nobody_heard_is_the_picture_it_holds(
    story: Story, tile: int
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Club", an, ben)
    grid = await drawn(an, group)
    story.world.lose_answer_of_next("sendMediaGroup")
    await press(an, grid, "📁")
    named = f"-{tile}."
    file = await an.sees(
        lambda m: "document" in m and named in m["document"]["file_name"], chat=group
    )
    assert f"picture {tile}" in await larger_of(ben, group, "upscale", file)


async def test_a_grid_of_which_nobody_heard_is_that_grid(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Club", an, ben)
    await drawn(an, group)
    story.world.lose_answer_of_next("editMessageMedia")
    story.world.lose_answer_of_next("sendPhoto")
    grid = await drawn(an, group)
    assert "picture 2" in await larger_of(ben, group, "upscale 2", grid)


async def test_what_the_bot_only_tells_of_is_no_picture(story: Story) -> None:
    an = story.person("An", "en")
    code = words(await an.result_of(an.say("/img a cat"))).split()[-1]
    told = await an.answer_to(an.say("/receipts"))
    assert code in words(told)
    hint = await an.answer_to(an.say("upscale 2", to=told))
    assert not is_media(hint)
