"""A button says what it takes from its owner now, and never takes more than it said."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from story import (
    Message,
    Person,
    Story,
    is_media,
    labels,
    living_bot,
    served_town,
    settings_for,
    words,
)
from telling import forge, next_result, press

from bot import app
from bot.app import DATABASE_NAME
from bot.model import UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.store.sqlite import open_store

DEARER = "The price is another now; see the message."
OF_ASKER = "That price is for who asked; see the message for yours."
PLANS = """
[prices]
image = {image}
image_hd = 150
{video}
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = {free}
threads = 20
"""


@dataclass
class Counter:
    """A shop whose prices the operator writes, four pictures a day free."""

    story: Story
    plans: Path

    @contextlib.asynccontextmanager
    async def opened(
        self, *, image: int = 100, free: int = 8, video: int | None = None
    ) -> AsyncIterator[None]:
        priced = "" if video is None else f"video = {video}"
        self.plans.write_text(PLANS.format(image=image, free=free, video=priced))
        town, folder = self.story.town, self.story.data_dir
        async with living_bot(settings_for(town, folder, BOT_PLANS_FILE=str(self.plans))):
            yield

    async def grant(self, person: Person, amount_vnd: int) -> None:
        await person.answer_to(person.say("/jobs"))
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            await store.write(
                lambda tx: ledger.enter(
                    tx,
                    UserId(person.user_id),
                    ledger.EntryKind.GRANT,
                    amount_vnd,
                    ledger.Act(f"grant:{person.user_id}", "operator", "", app.wall_clock()),
                )
            )

    async def verify(self) -> list[str]:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            return await verify(store)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with served_town(tmp_path / "town") as town:
        counter = Counter(Story(town, tmp_path / "data"), tmp_path / "plans.toml")
        yield counter
        assert [] == await counter.verify()


async def balance(person: Person) -> str:
    told = words(await person.answer_to(person.say("/quota")))
    return next(line for line in told.splitlines() if line.startswith(("Balance", "Số dư")))


def ordered(counter: Counter) -> int:
    return len(counter.story.town.apiframe.tasks)


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


async def test_a_zoom_of_ones_own_number_says_its_price_before_the_number_is_given(
    counter: Counter,
) -> None:
    async with counter.opened(free=0):
        an = counter.story.person("An", "en")
        await counter.grant(an, 10_000)
        grid = await an.result_of(an.say("/img a lake"))
        larger = await an.result_of(an.say("upscale 1", to=grid))
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
