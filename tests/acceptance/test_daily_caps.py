"""A day has its caps: of a plan, of a group, of the whole bot; each answers in words."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import handled, rows
from bringing import PHOTO, send
from story import Message, Person, Story, is_media, labels, living_bot, served_town, settings_for
from story import words as said
from telling import later, next_result, press

from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer, set_rules
from bot.model import ChatId, UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.store.sqlite import open_store

DAY_S = 86_400
DRAW = "/img@easel_bot"
PLANS = """
[prices]
image = 100
image_hd = 150
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = {free}
free_videos_per_day = 4
threads = 20
{caps}
[limits]
{limits}
"""


class Town:
    """A bot with a plan file of the story's own."""

    def __init__(self, story: Story, plans: Path) -> None:
        self.story = story
        self.plans = plans
        self.an = story.person("An", "vi")
        self.kate = story.person("Kate", "en")
        self.group = story.group("Nhóm", self.kate, self.an)
        self.operator = story.person("Opal", "en")

    @contextlib.asynccontextmanager
    async def opened(self, *, most: int | None = None, limits: str = "") -> AsyncIterator[None]:
        """``most``: pictures a day by everybody's plan, all of them free."""
        caps = "" if most is None else f"max_images_per_day = {most}"
        free = 40 if most is None else most
        self.plans.write_text(PLANS.format(free=free, caps=caps, limits=limits))
        settings = settings_for(
            self.story.town,
            self.story.data_dir,
            BOT_PLANS_FILE=str(self.plans),
            BOT_ADMIN_IDS=str(self.operator.user_id),
        )
        async with living_bot(settings):
            yield
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            assert [] == await verify(store)

    async def result(self, person: Person, words: str, *, chat: int | None = None) -> Message:
        return await person.result_of(person.say(words, chat=chat), chat=chat)

    async def answer(self, person: Person, words: str, *, chat: int | None = None) -> str:
        return said(await person.answer_to(person.say(words, chat=chat), chat=chat))

    def orders(self) -> int:
        return len(self.story.town.apiframe.tasks)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with served_town(tmp_path / "town") as served:
        yield Town(Story(served, tmp_path / "data"), tmp_path / "plans.toml")


async def test_a_plans_cap_is_told_with_what_is_left_and_tomorrow_it_begins_anew(
    town: Town,
) -> None:
    async with town.opened(most=6):
        await town.result(town.an, "/img hồ sen")
        refused = await town.answer(town.an, "/img mèo")
        limit, left, then = refused.splitlines()
        assert "Gói của bạn làm tối đa 6 ảnh mỗi ngày." == limit
        assert "Bạn muốn 4 ảnh mà hôm nay chỉ còn 2. Bạn không bị tính phí." == left
        assert then.startswith("Hãy chọn ít hơn, hoặc làm tiếp từ ")
        assert then.endswith("; muốn nhiều hơn, hãy xem các gói ở /plans.")
        await town.result(town.an, "/img mèo --n 2 --with flow")
        assert "Hôm nay đã dùng hết số ảnh đó." in await town.answer(town.an, "/img mèo")
        assert 1 == town.orders()
        await town.result(town.an, "/video sóng biển --with flow")  # pictures alone are capped
        with later(DAY_S):
            await town.result(town.an, "/img mèo")


async def test_the_same_in_english(town: Town) -> None:
    async with town.opened(most=5):
        await town.result(town.kate, "/img a lake")
        limit, left, then = (await town.answer(town.kate, "/img a cat")).splitlines()
        assert "Your plan makes at most 5 pictures a day." == limit
        assert "You asked for 4, and only 1 is left today. Nothing was charged." == left
        assert then.startswith("Ask for fewer, or go on from ")
        assert then.endswith("; for more, have a look at /plans.")


async def test_buttons_repeats_drafts_and_examples_run_into_the_cap_in_words(town: Town) -> None:
    async with town.opened(most=4):
        grid = await town.result(town.kate, "/img a lake")
        await press(town.kate, grid, "V1")
        first = await town.kate.sees("They are used up for today.", after=grid)
        await press(town.kate, grid, "🔄")
        second = await town.kate.sees("They are used up for today.", after=first)
        (photo,) = send(town.kate, PHOTO, caption="/img in oil")
        drafted = await town.kate.answer_to(photo)
        assert "They are used up for today." in said(drafted)
        assert second["message_id"] < drafted["message_id"]
        assert 1 == town.orders()
        await press(town.kate, grid, "1")  # looking is no making
        await town.kate.sees(is_media, after=drafted)


async def test_of_several_requests_the_question_says_what_the_day_has_room_for(
    town: Town,
) -> None:
    async with town.opened(most=9):
        asked = town.kate.say("/img a lake\n/img a cat\n/img a dog")
        question = await town.kate.answer_to(asked)
        assert "Today’s limit leaves room for the first 2 of 3" in said(question)
        assert "The plan allows at most 9 pictures a day; more from " in said(question)
        assert [["✅ Make 2 of 3 · free"], ["✖ Never mind"]] == labels(question)
        await press(town.kate, question, "✅")
        done = await town.kate.sees("2 of 3 done")
        assert "Today’s limit left room for 2 of 3: the other 1 was not begun" in said(done)
        await press(town.kate, done, "▶️")
        refused = await town.kate.sees("Your plan makes at most 9 pictures a day.")
        assert "You asked for 4, and only 1 is left today." in said(refused)
        with later(DAY_S):
            # The message still says how it was; pressed, it is brought up to date.
            await press(town.kate, done, "▶️")
            fresh = await town.kate.sees(lambda m: "▶️ Go on with the other 1 · free" in _all(m))
            await press(town.kate, fresh, "▶️")
            await next_result(town.kate, asked, after=refused)


def _all(message: Message) -> list[str]:
    return [label for row in labels(message) for label in row]


async def test_the_whole_bots_cap_asks_everybody_to_wait_and_tells_the_operator_once(
    town: Town,
) -> None:
    async with town.opened(limits="images_per_day = 6\nvideos_per_day = 1"):
        await town.result(town.an, "/img hồ sen")
        limit, _, then = (await town.answer(town.kate, "/img a cat")).splitlines()
        assert "For everybody together I make at most 6 pictures a day." == limit
        assert then.startswith("Ask for fewer, or try again after midnight, from ")
        told = await town.operator.sees("Giới hạn 6 ảnh mỗi ngày của cả bot")
        assert "(hôm nay còn 2)" in said(told)
        assert "hãy nâng images_per_day trong [limits] của tệp gói" in said(told)
        assert "Cho tất cả mọi người" in await town.answer(town.an, "/img mèo")
        await town.result(town.an, "/video sóng biển --with flow")
        assert "Hôm nay đã dùng hết số video đó." in await town.answer(
            town.an, "/video mưa --with flow"
        )
        await town.operator.sees("Giới hạn 1 video")
        await handled(town.story)
        assert 2 == len(town.operator.from_bot())


async def test_a_groups_cap_holds_there_for_everybody_and_nowhere_else(town: Town) -> None:
    async with town.opened(limits="group_images_per_day = 4"):
        await town.result(town.kate, f"{DRAW} a lake", chat=town.group)
        refused = await town.answer(town.an, f"{DRAW} mèo", chat=town.group)
        limit, left, then = refused.splitlines()
        assert "Nhóm này làm được tối đa 4 ảnh mỗi ngày." == limit
        assert "Hôm nay đã dùng hết số ảnh đó. Bạn không bị tính phí." == left
        assert then.endswith("; trong lúc chờ, bạn có thể nhắn riêng cho mình.")
        await town.result(town.an, "/img mèo")
        assert [] == town.operator.from_bot()


async def test_what_an_admin_agrees_to_on_a_full_day_is_told_and_waits_for_the_next(
    town: Town,
) -> None:
    async with town.opened(limits="group_images_per_day = 4"):
        async with open_store(town.story.data_dir / DATABASE_NAME) as store:
            rules = GroupRules(payer=Payer.GROUP, ask_above_vnd=399)
            act = ledger.Act("g", "test", "", 1)
            await store.write(lambda tx: set_rules(tx, ChatId(town.group), rules))
            await store.write(
                lambda tx: ledger.enter(tx, UserId(town.group), ledger.EntryKind.GRANT, 10_000, act)
            )
        asks = town.an.say(f"{DRAW} hồ sen", chat=town.group)
        question = await town.an.answer_to(asks, chat=town.group)
        await town.result(town.kate, f"{DRAW} a lake", chat=town.group)
        await press(town.kate, question, "✅")
        await town.kate.sees("This group can have at most 4 pictures a day.", chat=town.group)
        assert [("asked",)] == rows(town.story, "SELECT state FROM approval")
        with later(DAY_S):
            await press(town.kate, question, "✅")
            await town.an.result_of(asks, chat=town.group)
