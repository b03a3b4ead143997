"""A button says what it takes from its owner now, and never takes more than it said."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from priced import Counter, balance, priced_counter
from story import Message, is_media, labels, words
from telling import next_result, press


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with priced_counter(tmp_path) as counter:
        yield counter


async def test_buttons_say_nothing_of_money_while_the_day_is_free_and_then_their_price(
    counter: Counter,
) -> None:
    async with counter.opened():
        an = counter.story.person("An", "en")
        first = await an.result_of(an.say("/img a lake"))
        assert ["V1", "V2", "V3", "V4"] == labels(first)[1]
        second = await an.result_of(an.say("/img a hill"))
        assert ["V1 · ₫400", "V2 · ₫400"] == labels(second)[1]
        assert "🔄 Redo · ₫400" == labels(second)[3][0]


@pytest.mark.parametrize("arrival", ["heard of", "unheard of"])
async def test_a_zoom_of_ones_own_number_says_its_price_before_the_number_is_given(
    counter: Counter, arrival: str
) -> None:
    async with counter.opened(free=0):
        an = counter.story.person("An", "en")
        await counter.grant(an, 10_000)
        grid = await an.result_of(an.say("/img a lake"))
        larger = await an.result_of(an.say("upscale 1", to=grid))
        if arrival == "unheard of":
            counter.story.world.lose_answer_of_next("sendMessage")
        await press(an, larger, "🔭 Other")
        question = await an.sees("How far out?")
        assert "It costs ₫400." == words(question).splitlines()[-1]
        status = await an.answer_to(an.say("1.8", to=question))
        assert "Price: ₫400" in words(status)


async def test_a_price_that_fell_is_simply_taken(counter: Counter) -> None:
    async with counter.opened(free=0):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
    async with counter.opened(image=50, free=0):
        assert "Got it!" == await press(an, grid, "V1")
        await next_result(an, grid, after=grid)
        assert "Balance: ₫400" == await balance(an)


@pytest.mark.parametrize(
    ("language", "free", "said", "told"),
    [
        (
            "en",
            5,
            "/img a hill",
            (
                "You asked for 4 pictures, and 1 of them is still free today.\n"
                "The rest costs ₫300 and your balance is ₫0, so ₫300 is missing."
                " Nothing was charged.\n"
                "Top up with @shop, or come back tomorrow when your free ones are there again."
            ),
        ),
        (
            "en",
            4,
            "/img a hill --with flow",
            (
                "You asked for 1 picture and have no free ones left today.\n"
                "It costs ₫100 and your balance is ₫0, so ₫100 is missing. Nothing was charged.\n"
                "Top up with @shop, or come back tomorrow when your free ones are there again."
            ),
        ),
        (
            "vi",
            6,
            "/img ngọn đồi",
            (
                "Bạn cần 4 ảnh, hôm nay còn 2 ảnh miễn phí.\n"
                "Phần còn lại giá 200 ₫, số dư của bạn là 0 ₫, còn thiếu 200 ₫."
                " Bạn không bị tính phí.\n"
                "Hãy nạp thêm qua @shop, hoặc quay lại vào ngày mai để có lượt miễn phí mới."
            ),
        ),
        (
            "vi",
            4,
            "/video sóng",
            (
                "Bạn cần 1 video, hôm nay không còn video miễn phí nào.\n"
                "Muốn làm video, hãy hỏi giá @shop."
                " Bạn không bị tính phí."
            ),
        ),
    ],
)
async def test_who_has_too_little_reads_what_is_free_what_is_missing_and_what_to_do(
    counter: Counter, language: str, free: int, said: str, told: str
) -> None:
    async with counter.opened(free=free):
        an = counter.story.person("An", language)
        await an.result_of(an.say("/img a lake"))
        assert told == words(await an.answer_to(an.say(said)))


async def test_which_picture_and_which_way_say_what_they_cost(counter: Counter) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        which = await an.answer_to(an.say("/vary", to=grid))
        assert [["1 · ₫400", "2 · ₫400", "3 · ₫400", "4 · ₫400"]] == labels(which)
        which = await an.answer_to(an.say("/pan", to=grid))
        assert [["1", "2", "3", "4"]] == labels(which)
        await press(an, which, "3")
        way = await an.sees("Which way shall the picture grow?")
        assert [["⬅️ Left · ₫400", "➡️ Right · ₫400"], ["⬆️ Up · ₫400", "⬇️ Down · ₫400"]] == labels(
            way
        )
        assert "Got it!" == await press(an, way, "⬆️")
        await next_result(an, way, after=way)
        assert "Balance: ₫600" == await balance(an)
        far = await an.answer_to(an.say("/zoom 1", to=grid))
        assert ["🔭 2× · ₫400", "🔭 1.5× · ₫400"] == _in_one(far)[0][:2]


async def test_a_picture_chosen_for_new_words_costs_what_its_number_said(counter: Counter) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        first = await an.answer_to(an.say("/img as a watercolour", to=grid))
        assert [["1 · ₫100", "2 · ₫100", "3 · ₫100", "4 · ₫100"]] == _in_one(first)
        second = await an.answer_to(an.say("/img as an etching", to=grid))
        assert "Got it!" == await press(an, first, "2")
        await an.sees(lambda m: is_media(m) and "as a watercolour" in words(m), after=second)
    async with counter.opened(image=150, free=4):
        assert "Got it!" == await press(an, second, "3")
        question = await an.sees("This costs ₫150 now (the button said ₫100).")
        assert "Got it!" == await press(an, question, "✅")
        await an.sees(lambda m: is_media(m) and "as an etching" in words(m), after=question)
        assert "Balance: ₫750" == await balance(an)


def _in_one(message: Message) -> list[list[str]]:
    """The buttons, however many stand in a row."""
    return [[label for row in labels(message) for label in row]]
