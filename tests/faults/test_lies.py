"""Telegram and the providers failing, lagging and lying: each is survived, or said in plain words."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from story import Message, Person, Story, is_media, living_bot, served_town, settings_for, words

A_CAT = "/img một chú mèo cam"
NOT_A_PICTURE = b"<html>we are sorry</html>" * 20


def results_for(person: Person, asked: Message) -> list[Message]:
    return [
        message
        for message in person.from_bot()
        if is_media(message) and message["reply_to_message"]["message_id"] == asked["message_id"]
    ]


async def images_left(person: Person) -> str:
    quota = words(await person.answer_to(person.say("/quota")))
    return next(line for line in quota.splitlines() if line.startswith("Ảnh miễn phí"))


@contextlib.asynccontextmanager
async def told(folder: Path, **settings: str) -> AsyncIterator[tuple[Story, Person]]:
    """A bot told more than usual, and its operator."""
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        operator = story.person("Operator")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id))
        async with living_bot({**environ, **settings}):
            yield story, operator


# --- Telegram -----------------------------------------------------------------------------------


async def test_a_flood_wait_delays_the_answer_and_repeats_nothing(story: Story) -> None:
    an = story.person("An")
    story.world.fail_next(
        "sendMessage",
        status=429,
        description="Too Many Requests: retry after 1",
        parameters={"retry_after": 1},
    )
    asked = an.say(A_CAT)
    await an.result_of(asked)
    assert 1 == len(an.from_bot())
    tries = [call.ok for call in story.world.calls if call.method == "sendMessage"]
    assert [False, True] == tries


async def test_a_result_for_somebody_who_blocked_the_bot_waits_for_them(story: Story) -> None:
    an = story.person("An")
    sending = story.world.hold_next("editMessageMedia")
    asked = an.say(A_CAT)
    code = words(await an.answer_to(asked)).split()[-1]
    await sending.arrived()
    story.world.block_bot(an.user_id)
    sending.release()
    await story.world.wait_for(lambda w: any(call.error_code == 403 for call in w.calls))
    story.world.unblock_bot(an.user_id)
    shown = await an.result_of(an.say(f"/show {code}"))
    assert code in words(shown)
    assert [] == results_for(an, asked)
    assert "36" in await images_left(an)


async def test_a_result_whose_status_message_was_deleted_comes_as_a_new_one(story: Story) -> None:
    an = story.person("An")
    sending = story.world.hold_next("editMessageMedia")
    asked = an.say(A_CAT)
    status = await an.answer_to(asked)
    await sending.arrived()
    story.world.delete_message(an.user_id, status["message_id"])
    sending.release()
    await an.result_of(asked)
    assert 1 == len(an.from_bot())


# --- providers ----------------------------------------------------------------------------------


async def test_a_provider_that_stumbles_when_asked_is_asked_again(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.fail_next("/fetch", status=500, times=2)
    asked = an.say(A_CAT)
    await an.result_of(asked)
    assert 1 == len(story.town.apiframe.tasks)


async def test_a_download_that_ends_in_its_middle_is_fetched_again(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.truncate_next_download()
    result = await an.result_of(an.say(A_CAT))
    assert "photo" in result


async def test_files_that_lag_behind_the_word_done_are_waited_for(story: Story) -> None:
    an = story.person("An")
    story.town.flow.lag_after_completion(4)
    result = await an.result_of(an.say(f"{A_CAT} --with flow"))
    assert "photo" in result


async def test_midjourneys_files_that_lag_are_waited_for_as_well(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.fail_next("/1.png", status=404, times=4)
    result = await an.result_of(an.say(A_CAT))
    assert "photo" in result


async def test_a_file_that_is_no_picture_costs_nothing(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.fail_next("/2.png", status=200, body=NOT_A_PICTURE, times=9)
    asked = an.say(A_CAT)
    await an.sees("Kết quả nhận về bị hỏng")
    assert [] == results_for(an, asked)
    assert "40" in (await images_left(an)).split("/")[0]


async def test_an_empty_account_is_told_to_the_operator_once_and_costs_nothing(
    tmp_path: Path,
) -> None:
    async with told(tmp_path) as (story, operator):
        an, ben = story.person("An"), story.person("Ben")
        story.town.apiframe.credits = 0
        an.say(A_CAT)
        await an.sees("Dịch vụ tạm thời không dùng được")
        asked = ben.say(A_CAT)
        await ben.answer_to(asked)
        assert "40" in (await images_left(an)).split("/")[0]
        assert 1 == len(operator.from_bot())
        assert 1 == sum(call.path.endswith("/imagine") for call in story.town.apiframe.calls)


async def test_a_refused_key_is_told_to_the_operator_once_and_costs_nothing(
    tmp_path: Path,
) -> None:
    async with told(tmp_path) as (story, operator):
        an = story.person("An")
        story.town.flow.fail_next("/text-to-image", status=403)
        an.say(f"{A_CAT} --with flow")
        await an.sees("Dịch vụ tạm thời không dùng được")
        assert "40" in (await images_left(an)).split("/")[0]
        assert 1 == len(operator.from_bot())


async def test_a_result_after_the_deadline_is_given_free(tmp_path: Path) -> None:
    async with told(tmp_path, BOT_IMAGE_DEADLINE_S="3") as (story, _):
        an, apiframe = story.person("An"), story.town.apiframe
        apiframe.never_finish()
        asked = an.say(A_CAT)
        await an.sees("Chờ quá lâu nên mình đã dừng")
        (task_id,) = apiframe.tasks
        apiframe.finish_now(task_id)
        await an.result_of(asked)
        assert 1 == len(results_for(an, asked))
        assert "40" in (await images_left(an)).split("/")[0]


async def test_somebody_whose_request_was_lost_need_not_wait_for_its_lane(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.lose_answer_of_next("/imagine")
    an.say(A_CAT)
    await an.sees("không rõ yêu cầu đã đến nơi chưa")
    await an.result_of(an.say("/img một chú mèo khác"))
