"""Ideas for a purpose: a tap, a few words or a picture, and it is made for that purpose."""

from pathlib import Path

import pytest
from bringing import ORANGE, PHOTO, TEAL, as_file, picture, send
from story import Message, Person, Story, labels, living_bot, served_town, settings_for, words
from telling import forge, press, until
from town_rules import CHEAP, ruled_story


async def ideas(person: Person, *, chat: int | None = None) -> Message:
    """The page of presets, reached through help."""
    index = await person.answer_to(person.say("/help@easel_bot", chat=chat), chat=chat)
    await press(person, index, "✨")
    return await person.sees(
        lambda m: m["message_id"] == index["message_id"] and "🛍" in words(m), chat=chat
    )


async def asked(person: Person, label: str, *, chat: int | None = None) -> Message:
    """The question a preset asks."""
    page = await ideas(person, chat=chat)
    await press(person, page, label)
    return await person.sees(label, chat=chat, after=page)


def prompts(story: Story) -> list[str]:
    """What Midjourney was asked for."""
    calls = [call for call in story.town.apiframe.calls if call.path.endswith("/imagine")]
    return [str(call.body["prompt"]) for call in calls]


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_product_named_in_a_few_words_becomes_a_square_shop_picture(
    story: Story, language: str
) -> None:
    an = story.person("An", language)
    question = await asked(an, "🛍")
    result = await an.result_of(an.say("giày chạy bộ xanh", to=question))
    assert "giày chạy bộ xanh" in words(result)
    [prompt] = prompts(story)
    assert prompt.endswith("--ar 1:1")
    assert len(prompt) > 80
    assert "{" not in prompt


async def test_the_page_says_what_each_gives_and_costs(story: Story) -> None:
    an = story.person("An", "en")
    page = await ideas(an)
    assert "Product picture · free\nSquare 1:1" in words(page)
    assert "Social clip · free\nUpright video 9:16" in words(page)
    assert [["🛍 Product", "📱 Social clip"], ["🖥 Banner", "📣 Advert"], ["‹ Back"]] == labels(page)


async def test_from_the_welcome_the_ideas_come_below_its_picture(story: Story) -> None:
    an = story.person("An", "en")
    hello = await an.answer_to(an.say("/start"))
    await press(an, hello, "✨")
    page = await an.sees("Ideas for a purpose")
    assert page["message_id"] > hello["message_id"]
    assert "photo" in story.world.message(an.user_id, hello["message_id"])


async def test_a_photo_with_words_is_the_product_itself(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "📣")
    [answer] = send(an, PHOTO, caption="an orange lamp", to=question)
    result = await an.result_of(answer)
    assert "from this picture" in words(result)
    assert "🎬 Animate" in str(labels(result))
    [call] = [c for c in story.town.flow.calls if c.path.endswith("/reference-to-image")]
    assert "16:9" == call.body["aspect_ratio"]
    assert "an orange lamp" in call.body["prompts"][0]


async def test_an_album_with_words_is_worked_from_whole(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "📱")
    files = [as_file(picture(ORANGE)), as_file(picture(TEAL))]
    first, *_ = send(an, *files, caption="our two lamps", to=question)
    film = await an.result_of(first)
    assert "from these 2 pictures" in words(film)
    [call] = [c for c in story.town.flow.calls if c.path.endswith("/multi-ref-video")]
    assert "9:16" == call.body["aspect_ratio"]


async def test_a_photo_alone_is_kept_and_asked_words_for(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "🛍")
    [answer] = send(an, PHOTO, to=question)
    more = await an.answer_to(answer)
    assert "I have the picture" in words(more)
    result = await an.result_of(an.say("an orange lamp", to=more))
    assert "from this picture" in words(result)


async def test_an_album_alone_is_asked_words_for_once_and_kept_whole(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "🛍")
    files = [as_file(picture(ORANGE)), as_file(picture(TEAL))]
    first, *_ = send(an, *files, to=question)
    more = await an.answer_to(first)
    result = await an.result_of(an.say("our two lamps", to=more))
    assert "from these 2 pictures" in words(result)
    assert 1 == len([m for m in an.from_bot() if "I have the picture" in words(m)])


async def test_a_file_that_is_no_picture_is_said_at_once(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "🛍")
    [answer] = send(an, b"our lamps", to=question, name="lamps.txt", as_document=True)
    assert "picture" in words(await an.answer_to(answer))
    assert not story.town.flow.tasks


async def test_a_photo_alone_in_reply_to_anything_else_starts_nothing(story: Story) -> None:
    an = story.person("An", "en")
    index = await an.answer_to(an.say("/help"))
    send(an, PHOTO, to=index)
    assert words(await an.answer_to(an.say("/jobs"))).startswith("Nothing is being made")
    assert not story.town.flow.tasks
    assert not story.town.apiframe.tasks


async def test_a_question_from_before_a_restart_is_still_answered(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir)
        an = story.person("An", "en")
        async with living_bot(environ):
            question = await asked(an, "🖥")
        async with living_bot(environ):
            await an.result_of(an.say("a tea house", to=question))
    assert prompts(story)[0].endswith("--ar 16:9")


async def test_an_answer_of_several_lines_is_one_product(story: Story) -> None:
    an = story.person("An", "en")
    question = await asked(an, "🛍")
    await an.result_of(an.say("a lamp\nmade of bamboo", to=question))
    [prompt] = prompts(story)
    assert "a lamp made of bamboo, centred" in prompt


async def test_a_question_of_which_the_bot_does_not_know_yet_that_it_arrived_is_answered_too(
    story: Story,
) -> None:
    an = story.person("An", "en")
    page = await ideas(an)
    story.world.lose_answer_of_next("sendMessage")
    await press(an, page, "🛍")
    question = await an.sees("What is your product?")
    result = await an.result_of(an.say("a lamp", to=question))
    assert "professional product photo" in words(result)


async def test_a_reply_to_something_else_while_a_question_waits_to_be_sent_orders_nothing(
    story: Story,
) -> None:
    an = story.person("An", "en")
    quota = await an.answer_to(an.say("/quota"))
    page = await ideas(an)
    story.world.fail_next("sendMessage", status=500, description="Internal Server Error")
    await press(an, page, "🛍")
    await until(lambda: [c for c in story.world.calls if c.method == "sendMessage" and not c.ok])
    hint = await an.answer_to(an.say("thanks a lot, I still have some left", to=quota))
    assert words(hint).startswith("Shall I draw that?")
    await an.sees("What is your product?")
    assert not prompts(story)


async def test_of_two_questions_on_their_way_the_one_replied_to_is_answered(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Shop", an, ben)
    pages = [await ideas(each, chat=group) for each in (an, ben)]
    story.world.lose_answer_of_next("sendMessage")
    await press(an, pages[0], "🛍")
    question = await an.sees("An: 🛍", chat=group)
    await press(ben, pages[1], "🖥")
    ben.say("a tank", to=question, chat=group)
    await an.result_of(an.say("a lamp", to=question, chat=group), chat=group)
    [prompt] = prompts(story)
    assert "professional product photo for an online shop: a lamp" in prompt


async def test_in_a_group_only_who_was_asked_answers(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Shop", an, ben)
    question = await asked(an, "🛍", chat=group)
    assert words(question).startswith("An: ")
    ben.say("a tank", to=question, chat=group)
    send(ben, PHOTO, to=question, chat=group)
    await an.result_of(an.say("a lamp", to=question, chat=group), chat=group)
    [prompt] = prompts(story)
    assert "a lamp" in prompt


async def test_tapped_twice_it_asks_once(story: Story) -> None:
    an = story.person("An", "en")
    page = await ideas(an)
    assert ["Please answer the message below.", "Already on it"] == [
        await press(an, page, "🛍") for _ in range(2)
    ]
    await an.answer_to(an.say("/jobs"))
    assert 1 == len([m for m in an.from_bot() if "What is your product?" in words(m)])


async def test_where_the_maker_has_4k_the_product_comes_in_4k_at_its_price(tmp_path: Path) -> None:
    plans = CHEAP.replace("image = 100", "image = 100\nimage_hd = 150")
    async with ruled_story(tmp_path, plans, without="apiframe") as story:
        an = story.person("An", "en")
        page = await ideas(an)
        assert "Product picture · ₫150" in words(page)
        assert "In 4K from the start." in words(page)
        assert "Website banner · ₫100" in words(page)
        assert "Social clip · price on request" in words(page)


async def test_what_cannot_be_paid_for_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, CHEAP) as story:
        an = story.person("An", "en")
        page = await ideas(an)
        assert "Please see the message I just sent." == await press(an, page, "🛍")
        await an.sees("₫400", after=page)
        assert not [m for m in an.from_bot() if "What is your product?" in words(m)]


async def test_the_4k_option_reaches_the_maker(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, without="apiframe") as story:
        an = story.person("An", "en")
        question = await asked(an, "🛍")
        await an.result_of(an.say("a lamp", to=question))
        [call] = [c for c in story.town.flow.calls if c.path.endswith("/text-to-image")]
        assert ("1:1", "4K") == (call.body["aspect_ratio"], call.body["upscale_quality"])


async def test_without_a_video_service_only_pictures_are_suggested(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, without="flow") as story:
        an = story.person("An", "en")
        page = await ideas(an)
        assert [["🛍 Product", "🖥 Banner"], ["‹ Back"]] == labels(page)
        assert "That can't" in await forge(an, page, "t:::clip")
        question = await asked(an, "🖥")
        await an.result_of(an.say("a tea house", to=question))
        assert await until(lambda: prompts(story))
