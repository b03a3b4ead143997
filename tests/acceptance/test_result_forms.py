"""Results as each person likes them: one grid, an album to swipe, or the files themselves."""

import pytest
from choosing import album_above, buttons_below, choose
from story import Message, Person, Story, code_in, labels, words
from telling import (
    answers,
    file_of,
    image_of,
    later,
    likest,
    next_result,
    press,
    until,
)

from bot.media.xmp import AI_SOURCE


async def four_of(person: Person, prompt: str = "một chú mèo cam") -> tuple[Message, Message]:
    """A request for four pictures and the buttons below its album."""
    asked = person.say(f"/img {prompt}")
    return asked, await buttons_below(person, asked, after=asked)


@pytest.mark.parametrize(("form", "kind"), [("album", "photo"), ("files", "document")])
async def test_four_pictures_come_as_an_album_with_its_buttons_below(
    story: Story, form: str, kind: str
) -> None:
    an = story.person("An")
    await choose(an, f"form={form}")
    asked, buttons = await four_of(an)
    album = album_above(an, buttons)

    assert 4 == len([message for message in album if kind in message])
    assert all(answers(message, asked) for message in album)
    assert buttons["reply_to_message"]["message_id"] == album[0]["message_id"]
    assert "một chú mèo cam" in words(buttons)
    assert ["1", "2", "3", "4"] == labels(buttons)[0]
    assert "Midjourney" in words(buttons)


async def test_the_status_message_is_gone_once_the_buttons_stand(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    asked = an.say("/img một chú mèo cam")
    status = await an.answer_to(asked)
    buttons = await buttons_below(an, asked, after=status)
    await an.world.wait_for(lambda w: any(c.method == "deleteMessage" and c.ok for c in w.calls))

    left = [m["message_id"] for m in an.from_bot() if m["message_id"] > asked["message_id"]]
    shown = [message["message_id"] for message in (*album_above(an, buttons), buttons)]
    assert shown == left


async def test_a_status_message_that_cannot_be_taken_away_says_where_to_look(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    story.world.fail_next(
        "deleteMessage", status=400, description="Bad Request: message can't be deleted"
    )
    asked = an.say("/img một chú mèo cam")
    status = await an.answer_to(asked)
    done = await an.sees("Xong ↓")

    assert status["message_id"] == done["message_id"]
    assert [] == labels(done)


async def test_a_status_message_too_many_calls_keep_back_is_taken_away_later(story: Story) -> None:
    story.world.fail_next(
        "deleteMessage",
        status=429,
        description="Too Many Requests: retry after 1",
        parameters={"retry_after": 1},
    )
    await _is_taken_away_in_the_end(story)


async def test_a_status_message_is_taken_away_though_the_line_broke_the_first_time(
    story: Story,
) -> None:
    story.world.fail_next("deleteMessage", status=502, description="Bad Gateway")
    await _is_taken_away_in_the_end(story)


async def _is_taken_away_in_the_end(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    status = await an.answer_to(an.say("/img một chú mèo cam"))
    await story.world.wait_for(
        lambda _: status["message_id"] not in {each["message_id"] for each in an.from_bot()}
    )
    assert 1 == len([c for c in story.world.calls if c.method == "deleteMessage" and c.ok])


async def test_the_files_are_the_originals(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=files")
    _, buttons = await four_of(an)
    for number, message in enumerate(album_above(an, buttons), start=1):
        assert AI_SOURCE.encode() in file_of(story, message)
        assert f"easel-{code_in(buttons)}-{number}.png" == message["document"]["file_name"]


@pytest.mark.parametrize("form", ["album", "files"])
async def test_a_reply_to_the_third_of_them_acts_on_the_third(story: Story, form: str) -> None:
    an = story.person("An")
    await choose(an, f"form={form}")
    _, buttons = await four_of(an)
    third = album_above(an, buttons)[2]
    larger = await an.result_of(an.say("upscale", to=third))

    assert f"Phóng to ảnh 3, từ {code_in(buttons)}" in words(larger)
    tiles = [image_of(story, message) for message in album_above(an, buttons)]
    assert 3 == likest(image_of(story, larger), tiles)


async def test_the_buttons_below_an_album_do_what_they_do_below_a_grid(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    _, buttons = await four_of(an)
    await press(an, buttons, "2")
    picked = await next_result(an, buttons, after=buttons)

    assert "ảnh 2" in words(picked)
    tiles = [image_of(story, message) for message in album_above(an, buttons)]
    assert 2 == likest(image_of(story, picked), tiles)


async def test_a_reply_to_the_buttons_names_the_picture_by_its_number(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    _, buttons = await four_of(an)
    larger = await an.result_of(an.say("upscale 4", to=buttons))

    assert f"Phóng to ảnh 4, từ {code_in(buttons)}" in words(larger)


async def test_a_single_picture_needs_no_album(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    asked = an.say("/img một chú mèo cam --with flow")
    status = await an.answer_to(asked)
    result = await an.result_of(asked)

    assert status["message_id"] == result["message_id"]
    assert "photo" in result
    assert labels(result)


async def test_who_wants_files_gets_a_single_one_with_its_buttons_on_it(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=files")
    asked = an.say("/img một chú mèo cam --with flow")
    status = await an.answer_to(asked)
    result = await an.result_of(asked)

    assert status["message_id"] == result["message_id"]
    assert AI_SOURCE.encode() in file_of(story, result)
    assert labels(result)
    larger = await an.result_of(an.say("upscale 2k", to=result))
    assert code_in(result) in words(larger)


async def test_show_brings_it_back_in_the_form_its_owner_likes_now(story: Story) -> None:
    an = story.person("An")
    grid = await an.result_of(an.say("/img một chú mèo cam"))
    await choose(an, "form=album")
    asked = an.say(f"/show {code_in(grid)}")
    buttons = await buttons_below(an, asked, after=asked)

    assert 4 == len(album_above(an, buttons))
    assert code_in(grid) == code_in(buttons)
    assert labels(grid) == labels(buttons)
    again = await an.result_of(an.say("upscale 3", to=album_above(an, buttons)[1]))
    assert "Phóng to ảnh 3" in words(again)


async def test_an_album_telegram_refuses_comes_as_a_grid(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    story.world.fail_next(
        "sendMediaGroup", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS"
    )
    result = await an.result_of(an.say("/img một chú mèo cam"))

    assert "photo" in result
    assert ["1", "2", "3", "4"] == labels(result)[0]


async def test_nobody_is_told_twice_that_an_album_came(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=album")
    story.town.apiframe.never_finish()
    asked = an.say("/img một chú mèo cam")
    status = await an.answer_to(asked)
    await until(lambda: story.town.apiframe.tasks)
    with later(25):
        story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
        await buttons_below(an, asked, after=status)
        await an.answer_to(an.say("/jobs"))

    assert [] == [message for message in an.from_bot() if words(message) == "Xong ↑"]


async def test_who_switched_it_off_is_not_told_after_a_long_wait(story: Story) -> None:
    an = story.person("An")
    await choose(an, "pings=off")
    story.town.apiframe.never_finish()
    asked = an.say("/img một chú mèo cam")
    await an.answer_to(asked)
    await until(lambda: story.town.apiframe.tasks)
    with later(25):
        story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
        await an.result_of(asked)
        await an.answer_to(an.say("/jobs"))

    assert [] == [message for message in an.from_bot() if words(message) == "Xong ↑"]
