"""A provider that cannot be ordered from: who waits is told, and the operator can put it right."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from story import (
    Message,
    Person,
    Story,
    code_in,
    labels,
    living_bot,
    served_town,
    settings_for,
    words,
)
from telling import forge, press, said_to, until


@pytest.fixture
async def shop_story(tmp_path: Path) -> AsyncIterator[tuple[Story, Person]]:
    """A bot with an operator, in a town of its own."""
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id))
        async with living_bot(environ):
            await operator.answer_to(operator.say("/lang en"))
            yield story, operator


def now_reads(person: Person, message: Message) -> str:
    chat = message["chat"]["id"]
    return words(person.world.message(chat, message["message_id"]))


async def test_who_waits_is_told_once_and_served_when_the_operator_has_topped_up(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    apiframe = story.town.apiframe
    apiframe.credits = 0
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    asked = an.say("/img a lighthouse")
    refused = await an.sees("the operator has been told")
    assert refused["reply_to_message"]["message_id"] == asked["message_id"]
    assert [["🔄 Try again"], ["🔀 With Flow AI"]] == labels(refused)
    told = await operator.sees("credits are used up")
    assert [["▶️ Resume Midjourney"]] == labels(told)

    waiting = ben.say("/img a harbour")
    status = await ben.answer_to(waiting)
    assert "Midjourney is not available right now" in words(status)
    assert [["🔀 With Flow AI"], ["✖ Cancel"]] == labels(status)
    assert 1 == sum("credits are used up" in words(m) for m in operator.from_bot())

    apiframe.credits = 4000
    assert "not for you" in await press_forged(ben, told)
    assert "Working again." == await press(operator, told, "▶️")
    assert await ben.result_of(waiting)
    assert 1 == len(apiframe.tasks)


async def press_forged(person: Person, message: Message) -> str:
    """Somebody else sends what the button would."""
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    return await forge(person, await person.answer_to(person.say("/help")), data)


async def test_an_operator_whose_telegram_is_english_is_told_in_english(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id))
        async with living_bot(environ):
            await operator.answer_to(operator.say("/help"))
            town.apiframe.credits = 0
            story.person("An").say("/img sóng biển")
            assert "credits are used up" in words(await operator.sees("Midjourney"))


async def test_a_waiting_wish_is_moved_to_the_other_provider_by_its_owner_alone(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    assert "paused" in await said_to(operator, "/pause apiframe")
    asked = an.say("/img a lighthouse --ar 21:9")
    status = await an.answer_to(asked)
    assert "not available right now" in words(status)
    assert "not for you" in await press_forged(ben, status)
    assert "Got it!" == await press(an, status, "🔀")
    assert await an.result_of(asked)
    assert (0, 1) == (len(story.town.apiframe.tasks), len(story.town.flow.tasks))
    assert "✖ Cancelled. Nothing was charged." in now_reads(an, status)
    assert "moved already" in await forge(an, status, move_of(status))
    assert 1 == len(story.town.flow.tasks)


async def test_what_failed_is_moved_by_the_first_press_and_not_again_by_the_second(
    shop_story: tuple[Story, Person],
) -> None:
    story, _ = shop_story
    story.town.apiframe.credits = 0
    an = story.person("An", "en")
    asked = an.say("/img a lighthouse")
    failed = await an.sees("the operator has been told")
    assert "Got it!" == await press(an, failed, "🔀")
    floated = await forge(
        an, failed, str(failed["reply_markup"]["inline_keyboard"][1][0]["callback_data"])
    )
    result = await an.result_of(asked)
    assert code_in(result) in floated
    await until(
        lambda: labels(story.world.message(an.user_id, failed["message_id"])) == [["🔄 Try again"]]
    )
    assert 1 == len(story.town.flow.tasks)


async def test_a_variation_moved_because_its_provider_rests_says_who_makes_it_instead(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a lighthouse"))
    await said_to(operator, "/pause apiframe")
    asked = an.say("/vary 1", to=grid)
    status = await an.answer_to(asked)
    held = story.town.flow.hold_next("/reference-to-image")
    await press(an, status, "🔀")
    await held.arrived()
    moved = await an.sees("Flow AI makes it instead, from the picture itself", after=status)
    held.release()
    assert "can't do this" not in words(moved)
    assert await an.result_of(asked)


def move_of(message: Message) -> str:
    return str(message["reply_markup"]["inline_keyboard"][0][0]["callback_data"])


async def test_those_who_wait_already_are_told_when_it_is_paused_and_served_when_resumed(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    story.town.apiframe.never_finish()
    an = story.person("An", "en")
    await an.answer_to(an.say("/img first"))
    await until(lambda: story.town.apiframe.tasks)
    waiting = an.say("/img second --chaos 10")
    status = await an.answer_to(waiting)
    assert "1 request" in words(status)
    await said_to(operator, "/pause apiframe")
    await until(lambda: "not available right now" in now_reads(an, status))
    now = story.world.message(an.user_id, status["message_id"])
    assert [["✖ Cancel"]] == labels(now)  # Midjourney's own flags mean nothing elsewhere
    (task,) = story.town.apiframe.tasks
    assert "takes orders again" in await said_to(operator, "/resume apiframe")
    story.town.apiframe.finish_now(task)
    await until(lambda: len(story.town.apiframe.tasks) == 2)
    not_paused = await said_to(operator, "/resume apiframe")
    assert "Midjourney is not paused. /pause apiframe pauses it." == not_paused
    which = await said_to(operator, "/pause nobody")
    assert "apiframe, flow" in which
    assert "/pause local" in which


async def test_the_operator_sees_every_account_and_todays_totals(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    an = story.person("An", "en")
    await an.result_of(an.say("/img a lighthouse"))
    asked = operator.say("/admin")
    answer = await operator.answer_to(asked)
    text = words(answer)
    for piece in (
        "Midjourney is working",
        "Flow AI is working",
        "Lanes taken: 0 of 3 · waiting: 0",
        "Credits left: 3,996",
        "Used today: 0 of",
        "Requests of",
    ):
        assert piece in text, (piece, text)
    assert ["⏸ Pause Flow AI"] in labels(answer)
    assert "Paused." == await press(operator, answer, "⏸ Pause Flow AI")
    story.town.flow.fail_next("/usage", status=500)
    second = await operator.answer_to(operator.say("/admin"))
    assert "Flow AI is paused by an operator" in words(second)
    assert ["▶️ Resume Flow AI"] in labels(second)
    assert "Only the operators" in await said_to(an, "/admin")


async def test_the_accounts_are_nobodys_business_in_a_group(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    group = story.group("Painters", operator, story.person("An", "en"))
    asked = operator.say(f"/admin@{story.world.bot['username']}", chat=group)
    answer = await operator.answer_to(asked, chat=group)
    assert "private chat" in words(answer)
    assert "Credits" not in words(answer)
    assert [] == labels(answer)


async def test_an_operator_need_not_wait_as_long_as_a_provider_asked(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    an = story.person("An", "en")
    story.town.apiframe.fail_next("/imagine", status=429, headers={"Retry-After": "3600"})
    first, second = an.say("/img a lighthouse"), story.person("Ben").say("/img a harbour")
    await an.sees("asked us to wait until")
    overview = await operator.answer_to(operator.say("/admin"))
    assert "Midjourney asked us to wait until" in words(overview)
    assert "Midjourney is working" not in words(overview)
    assert "Working again." == await press(operator, overview, "▶️ Resume Midjourney")
    await until(lambda: len(story.town.apiframe.tasks) == 2)
    assert await an.result_of(first)
    assert second


async def test_of_several_ordered_at_once_only_the_first_refused_fails_the_others_wait(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    apiframe = story.town.apiframe
    apiframe.credits = 0
    held = [apiframe.hold_next("/imagine") for _ in range(3)]
    people = [story.person(f"Person {number}", "en") for number in range(3)]
    for number, person in enumerate(people):
        person.say(f"/img {number}")
    for submit in held:
        await submit.arrived()
    for submit in held:
        submit.release()

    def told(piece: str) -> int:
        return sum(piece in words(m) for person in people for m in person.from_bot())

    await until(lambda: told("not available") == 3)
    assert 1 == told("the operator has been told")
    apiframe.credits = 4000
    await press(operator, await operator.sees("credits are used up"), "▶️")
    await until(lambda: len(apiframe.tasks) == 2)
    assert 1 == sum("credits are used up" in words(m) for m in operator.from_bot())


async def test_an_account_that_cannot_be_asked_is_told_of_in_the_operators_language(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    story.town.apiframe.fail_next("/account", status=500, times=3)
    story.town.flow.fail_next("/usage", status=403)
    await operator.answer_to(operator.say("/lang vi"))
    told = await said_to(operator, "/admin")
    today = dt.datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    for piece in (
        "🟢 Midjourney đang hoạt động",
        "Chưa hỏi được tài khoản: bên đó báo lỗi 500\n",
        "🔑 Flow AI từ chối khi mình hỏi về tài khoản.",
        "Chưa hỏi được tài khoản: bên đó báo lỗi 403\n",
        f"Yêu cầu ngày {today:%d/%m/%Y}",
    ):
        assert piece in told, (piece, told)
    assert "status" not in told


async def test_a_provider_that_refuses_without_a_word_leaves_no_bare_colon(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    story.town.flow.fail_next("/text-to-image", status=402)
    story.person("An").say("/img sóng biển --with flow")
    told = words(await operator.sees("credits are used up"))
    assert told.startswith("💳 Flow AI says its credits are used up.\n")
