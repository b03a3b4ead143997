"""What was not said about a picture is asked for with buttons; nobody guesses with money."""

import pytest
from beside import handled
from story import Story, labels, words
from telling import in_code, next_result, press, said_to


async def test_a_pan_without_a_direction_asks_which_way(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    which = await an.answer_to(an.say("/pan", to=grid))
    assert [["1", "2", "3", "4"]] == labels(which)
    await press(an, which, "3")
    way = await an.sees("Which way shall the picture grow?")
    assert [["⬅️ Left", "➡️ Right", "⬆️ Up", "⬇️ Down"]] == labels(way)
    await press(an, way, "⬆️")
    await next_result(an, way, after=way)
    [body] = [call.body for call in story.town.apiframe.calls if call.path.endswith("/pan")]
    assert ("3", "up") == (body["index"], body["type"])


async def test_a_zoom_without_a_number_asks_how_far(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    far = await an.answer_to(an.say("/zoom 4 ", to=grid))
    assert [["🔭 2×", "🔭 1.5×", "⬜ Square"]] == labels(far)
    await press(an, far, "⬜")
    await next_result(an, far, after=far)
    [body] = [call.body for call in story.town.apiframe.calls if call.path.endswith("/zoom")]
    assert ("4", "1") == (body["index"], body["type"])


async def test_any_other_zoom_is_asked_for_and_the_number_is_enough_of_an_answer(
    story: Story,
) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    await press(an, grid, "2")
    picked = await next_result(an, grid, after=grid)
    await press(an, picked, "🔭 Other")
    asked = await an.sees("How far out?")
    await an.result_of(an.say("1.8", to=asked))
    [body] = [call.body for call in story.town.apiframe.calls if call.path.endswith("/zoom")]
    assert ("2", "1.8") == (body["index"], body["type"])


async def test_a_strength_nobody_offers_is_said(story: Story) -> None:
    an = story.person("An", "en")
    lake = await an.result_of(an.say("/img a lake --with flow"))
    before = await said_to(an, "/quota")
    told = await an.answer_to(an.say("/vary strong", to=lake))
    assert words(told).startswith("Flow AI makes variations, but no “strong” ones.")
    assert before == await said_to(an, "/quota")
    assert ["/vary 1"] == in_code(told)


async def test_a_strength_nobody_offers_is_named_in_ones_own_language(story: Story) -> None:
    an = story.person("An", "vi")
    lake = await an.result_of(an.say("/img hồ --with flow"))
    told = await said_to(an, "/vary nhẹ", to=lake)
    assert "“nhẹ”" in told
    assert "subtle" not in told


async def test_an_answer_that_is_no_distance_is_asked_for_again(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    await press(an, grid, "2")
    picked = await next_result(an, grid, after=grid)
    await press(an, picked, "🔭 Other")
    asked = await an.sees("How far out?")
    again = await an.answer_to(an.say("abc", to=asked))
    assert words(again).startswith("I can’t tell how far that is.")
    await an.result_of(an.say("1.8", to=again))


async def test_new_words_without_a_number_ask_for_it(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lake"))
    answer = await said_to(an, "/vary the lake at night", to=grid)
    assert "/vary 1 the lake at night" in answer


@pytest.mark.parametrize("arrival", ["heard of", "unheard of"])
async def test_a_question_is_answered_by_who_was_asked_and_by_nobody_else(
    story: Story, arrival: str
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    chat = story.group("Club", an, ben)
    grid = await an.result_of(an.say("/img@easel_bot a lake", chat=chat), chat=chat)
    await press(an, grid, "2")
    picked = await next_result(an, grid, after=grid, chat=chat)
    if arrival == "unheard of":
        story.world.lose_answer_of_next("sendMessage")
    await press(an, picked, "🔭 Other")
    asked = await an.sees("How far out?", chat=chat)
    assert words(asked).startswith("An: ")
    if arrival == "heard of":
        await handled(story)
    ben.say("1.2", to=asked, chat=chat)
    await an.result_of(an.say("1.8", to=asked, chat=chat), chat=chat)
    [body] = [call.body for call in story.town.apiframe.calls if call.path.endswith("/zoom")]
    assert ("2", "1.8") == (body["index"], body["type"])
