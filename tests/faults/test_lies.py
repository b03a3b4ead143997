"""Telegram failing and lagging is survived. What providers do stands in test_weather_*.py."""

from story import Message, Person, Story, is_media, words

A_CAT = "/img một chú mèo cam"


def results_for(person: Person, asked: Message) -> list[Message]:
    return [
        message
        for message in person.from_bot()
        if is_media(message) and message["reply_to_message"]["message_id"] == asked["message_id"]
    ]


async def images_left(person: Person) -> str:
    quota = words(await person.answer_to(person.say("/quota")))
    return next(line for line in quota.splitlines() if line.startswith("Ảnh miễn phí"))


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
