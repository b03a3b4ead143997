"""A press that would take more than its button said is asked about first, and paid once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from priced import Counter, balance, priced_counter
from story import Message, labels, words
from telling import forge, next_result, press

DEARER = "The price is another now; see the message."
OF_ASKER = "That price is for who asked; see the message for yours."


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with priced_counter(tmp_path) as counter:
        yield counter


def ordered(counter: Counter) -> int:
    return len(counter.story.town.apiframe.tasks)


@pytest.mark.parametrize(
    ("language", "asked", "button", "floating", "left"),
    [
        (
            "en",
            "This costs ₫400 now (the button showed no price). Nothing was charged; shall I make it?",
            "✅ Make it",
            "The price is another now; see the message.",
            "Balance: ₫600",
        ),
        (
            "vi",
            "Bây giờ giá là 400 ₫ (nút chưa ghi giá). Bạn chưa bị tính phí; mình làm nhé?",
            "✅ Làm đi",
            "Giá đã thay đổi, bạn xem tin nhắn nhé.",
            "Số dư: 600 ₫",
        ),
    ],
)
async def test_what_was_free_when_it_was_shown_is_asked_about_when_it_is_not(
    counter: Counter, language: str, asked: str, button: str, floating: str, left: str
) -> None:
    async with counter.opened():
        an = counter.story.person("An", language)
        await counter.grant(an, 1_000)
        first = await an.result_of(an.say("/img a lake"))
        await an.result_of(an.say("/img a hill"))
        assert floating == await press(an, first, "V1")
        question = await an.sees(asked)
        assert [[button]] == labels(question)
        assert 2 == ordered(counter)
        await press(an, question, button)
        await next_result(an, question, after=question)
        assert left == await balance(an)


async def test_impatient_fingers_are_asked_once_and_pay_once(counter: Counter) -> None:
    async with counter.opened():
        an = counter.story.person("An", "en")
        await counter.grant(an, 10_000)
        first = await an.result_of(an.say("/img a lake"))
        await an.result_of(an.say("/img a hill"))
        assert [DEARER, "Already on it"] == [await press(an, first, "V1") for _ in range(2)]
        question = await an.sees("This costs")
        heard = [await press(an, question, "✅") for _ in range(3)]
        assert ["Got it!", "Already on it", "Already on it"] == heard
        assert "Already on it" == await press(an, first, "V1")
        await next_result(an, question, after=question)
        assert 1 == sum(words(m).startswith("This costs") for m in an.from_bot())
        assert "Balance: ₫9,600" == await balance(an)


async def test_a_price_that_rose_over_night_is_asked_about_again_and_again(
    counter: Counter,
) -> None:
    async with counter.opened(free=0):
        an = counter.story.person("An", "en")
        await counter.grant(an, 10_000)
        grid = await an.result_of(an.say("/img a lake"))
    async with counter.opened(image=150, free=0):
        await press(an, grid, "V1")
        question = await an.sees("This costs ₫600 now (the button said ₫400).")
    async with counter.opened(image=200, free=0):
        await press(an, question, "✅")
        second = await an.sees("This costs ₫800 now (the button said ₫600).")
        assert "Balance: ₫9,600" == await balance(an)
        await press(an, second, "✅")
        await next_result(an, second, after=second)
        assert "Balance: ₫8,800" == await balance(an)


async def test_somebody_else_who_presses_is_told_their_own_price(counter: Counter) -> None:
    async with counter.opened():
        an, ben = counter.story.person("An", "en"), counter.story.person("Ben", "en")
        group = counter.story.group("Painters", an, ben)
        await counter.grant(ben, 1_000)
        for _ in range(2):
            await ben.result_of(ben.say("/img a boat"))
        grid = await an.result_of(an.say("/img@easel_bot a lake", chat=group), chat=group)
        assert "V1" == labels(grid)[1][0]
        await press(ben, grid, "V1")
        question = await ben.sees("for you this costs ₫400", chat=group)
        await press(ben, question, "✅")
        await next_result(ben, question, after=question, chat=group)
        assert "Balance: ₫600" == await balance(ben)


async def test_try_again_says_its_price_and_keeps_to_it(counter: Counter) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        counter.story.town.apiframe.fail_next("/imagine", status=422)
        failed = await an.answer_to(an.say("/img a lake"))
        failed = await an.sees("did not take this request")
        assert [["🔄 Try again"]] == labels(failed)
        await an.result_of(an.say("/img a hill"))
        await press(an, failed, "🔄")
        assert await an.sees("This costs ₫400 now (the button showed no price).")


def old(message: Message, label: str) -> str:
    """A button's data as it was written before buttons said their price."""
    buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
    data = next(str(b["callback_data"]) for b in buttons if b["text"].startswith(label))
    return data.rsplit(":", 1)[0]


async def test_a_button_of_before_asks_at_the_price_and_then_works(counter: Counter) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        assert DEARER == await forge(an, grid, old(grid, "V1"))
        question = await an.sees("This costs ₫400 now (the button showed no price).")
        assert "Balance: ₫1,000" == await balance(an)
        assert "Got it!" == await press(an, question, "✅")
        await next_result(an, question, after=question)
        assert "Balance: ₫600" == await balance(an)


async def test_a_button_of_before_works_at_once_while_the_day_is_free(counter: Counter) -> None:
    async with counter.opened():
        an = counter.story.person("An", "en")
        grid = await an.result_of(an.say("/img a lake"))
        assert "Got it!" == await forge(an, grid, old(grid, "V1"))
        await next_result(an, grid, after=grid)


async def test_what_had_no_price_when_it_was_shown_is_asked_about_once_it_has_one(
    counter: Counter,
) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 10_000)
        grid = await an.result_of(an.say("/img a lake"))
        await press(an, grid, "1")
        picked = await next_result(an, grid, after=grid)
        assert "🎬 Animate" in [label for row in labels(picked) for label in row]
    async with counter.opened(free=4, video=1_500):
        assert DEARER == await press(an, picked, "🎬")
        question = await an.sees("This costs ₫1,500 now (the button showed no price).")
        assert "Balance: ₫10,000" == await balance(an)
        assert "Got it!" == await press(an, question, "✅")
        await next_result(an, question, after=question)
        assert "Balance: ₫8,500" == await balance(an)


async def test_a_confirmed_price_tapped_twice_is_held_once(counter: Counter) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        await forge(an, grid, old(grid, "V1"))
        question = await an.sees("This costs ₫400 now")
        heard = [await press(an, question, "✅") for _ in range(2)]
        assert ["Got it!", "Already on it"] == heard
        await next_result(an, question, after=question)
        assert "Balance: ₫600" == await balance(an)


async def test_a_confirmed_price_tapped_twice_is_asked_once_more_when_it_rose_meanwhile(
    counter: Counter,
) -> None:
    async with counter.opened(free=4):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        await forge(an, grid, old(grid, "V1"))
        question = await an.sees("This costs ₫400 now")
    async with counter.opened(image=150, free=4):
        heard = [await press(an, question, "✅") for _ in range(2)]
        assert [DEARER, "Already on it"] == heard
        await an.sees("This costs ₫600 now (the button said ₫400).")
        assert "Balance: ₫1,000" == await balance(an)


async def test_somebody_else_who_tries_a_failed_request_again_is_asked_at_their_own_price(
    counter: Counter,
) -> None:
    async with counter.opened():
        an, ben = counter.story.person("An", "en"), counter.story.person("Ben", "en")
        group = counter.story.group("Painters", an, ben)
        await counter.grant(ben, 1_000)
        for _ in range(2):
            await ben.result_of(ben.say("/img a boat"))
        counter.story.town.apiframe.fail_next("/imagine", status=422)
        an.say("/img@easel_bot a lake", chat=group)
        failed = await an.sees("did not take this request", chat=group)
        assert [["🔄 Try again"]] == labels(failed)
        assert [OF_ASKER, "Already on it"] == [await press(ben, failed, "🔄") for _ in range(2)]
        question = await ben.sees("for you this costs ₫400", chat=group)
        assert "Balance: ₫1,000" == await balance(ben)
        assert "Got it!" == await press(ben, question, "✅")
        await next_result(ben, question, after=question, chat=group)
        assert "Balance: ₫600" == await balance(ben)


async def test_a_forged_price_buys_nothing_cheaper(counter: Counter) -> None:
    async with counter.opened(free=0):
        an = counter.story.person("An", "en")
        await counter.grant(an, 1_000)
        grid = await an.result_of(an.say("/img a lake"))
        assert DEARER == await forge(an, grid, f"{old(grid, 'V1')}:1")
        assert "Got it!" == await forge(an, grid, f"{old(grid, 'V1')}:9999999999")
        await next_result(an, grid, after=grid)
        assert "Balance: ₫200" == await balance(an)
