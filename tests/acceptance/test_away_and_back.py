"""People who block the bot and come back: nothing is pushed at them, nothing of theirs is lost."""

from beside import change, rows
from story import Person, Story, labels, words
from telling import until

A_CAT = "/img một chú mèo cam"


def notices(person: Person, chat: int | None = None) -> list[str]:
    return [words(m) for m in person.from_bot(chat) if "quay lại rồi!" in words(m)]


def calls_to(story: Story, chat_id: int) -> int:
    """Calls that would show something there, also those Telegram refused."""
    return sum(1 for call in story.world.calls if call.parameters.get("chat_id") == chat_id)


async def orders(story: Story, person: Person, count: int, *, chat: int | None = None) -> None:
    """So many pictures were asked for, and the first is being made."""
    story.town.apiframe.never_finish()
    for number in range(count):
        asked = person.say(f"/img@easel_bot mèo số {number}", chat=chat)
        await person.answer_to(asked, chat=chat)
    await until(lambda: story.town.apiframe.tasks)


async def blocks(story: Story, person: Person) -> None:
    story.world.block_bot(person.user_id)
    await knows(story, person.user_id, is_away=True)


async def knows(story: Story, chat_id: int, *, is_away: bool) -> None:
    """And whatever had left for there before has arrived or come back."""
    question = (
        "SELECT unreachable_at IS NOT NULL,"
        " EXISTS (SELECT 1 FROM outbox WHERE state = 'sending' AND chat_id = chat.chat_id)"
        " FROM chat WHERE chat_id = ?"
    )
    await until(lambda: rows(story, question, chat_id) == [(int(is_away), 0)])


async def finished(story: Story, count: int) -> None:
    """So many are made, and the bot has shown them or given it up."""
    apiframe = story.town.apiframe

    def are_done() -> bool:
        for task in list(apiframe.tasks):
            apiframe.finish_now(task)
        return rows(story, "SELECT COUNT(*) FROM job WHERE state = 'done'") == [(count,)]

    await until(are_done)


async def test_who_blocked_the_bot_is_left_alone_and_told_once_when_back(story: Story) -> None:
    an = story.person("An")
    await orders(story, an, 2)
    await blocks(story, an)
    before = calls_to(story, an.user_id)
    await finished(story, 2)
    assert before == calls_to(story, an.user_id)
    assert [(8,)] == rows(story, "SELECT SUM(charged_free) FROM job")
    story.world.unblock_bot(an.user_id)
    told = await an.sees("quay lại rồi!")
    assert words(told) == (
        "Bạn quay lại rồi! Trong lúc mình không nhắn được vào đây, 2 kết quả đã xong. "
        "Gõ /history để xem."
    )
    an.press(told, "🗂 Xem lịch sử")
    listed = await an.sees("mèo số 1", after=told)
    assert "mèo số 0" in words(listed)
    for line in ("/quota", "/jobs"):
        await an.answer_to(an.say(line))
    assert 1 == len(notices(an))


async def test_a_message_brings_somebody_back_as_well(story: Story) -> None:
    an = story.person("An", "en")
    await orders(story, an, 1)
    world = story.world
    world.fail_next("editMessageMedia", status=403, description="Forbidden: user is deactivated")
    await finished(story, 1)
    asked = an.say("/quota")
    told = await an.sees("Good to see you again!")
    assert "1 result was finished" in words(told)
    assert (await an.answer_to(asked))["message_id"] > told["message_id"]


async def test_who_missed_nothing_is_told_nothing(story: Story) -> None:
    an = story.person("An")
    await an.result_of(an.say(A_CAT))
    await blocks(story, an)
    story.world.unblock_bot(an.user_id)
    await knows(story, an.user_id, is_away=False)
    await an.answer_to(an.say("/quota"))
    assert [] == notices(an)


async def test_who_comes_back_before_the_picture_is_made_gets_the_picture(story: Story) -> None:
    an = story.person("An")
    apiframe = story.town.apiframe
    apiframe.never_finish()
    asked = an.say(A_CAT)
    await an.answer_to(asked)
    await until(lambda: apiframe.tasks)
    await blocks(story, an)
    story.world.unblock_bot(an.user_id)
    await knows(story, an.user_id, is_away=False)
    await finished(story, 1)
    await an.result_of(asked)
    assert [] == notices(an)


async def test_a_failure_meanwhile_is_read_in_the_status_when_back(story: Story) -> None:
    an = story.person("An", "en")
    await orders(story, an, 1)
    await blocks(story, an)
    before = calls_to(story, an.user_id)
    story.town.apiframe.fail_task(next(iter(story.town.apiframe.tasks)), "the model tripped")
    await until(lambda: rows(story, "SELECT 1 FROM job WHERE state = 'failed'"))
    await until(lambda: not rows(story, "SELECT 1 FROM outbox WHERE state = 'waiting'"))
    assert before == calls_to(story, an.user_id)
    story.world.unblock_bot(an.user_id)
    failed = await an.sees("It did not work out")
    assert "nothing was charged" in words(failed).lower()
    assert 1 == len(an.from_bot())


async def test_gone_again_before_it_could_be_told_it_is_told_the_next_time(story: Story) -> None:
    an = story.person("An")
    await orders(story, an, 1)
    await blocks(story, an)
    await finished(story, 1)
    told = story.world.hold_next("sendMessage")
    story.world.unblock_bot(an.user_id)
    await told.arrived()
    story.world.block_bot(an.user_id)
    told.release()
    await until(
        lambda: rows(story, "SELECT 1 FROM outbox WHERE state = 'dropped' AND say = 'text'")
    )
    await knows(story, an.user_id, is_away=True)
    story.world.unblock_bot(an.user_id)
    await an.sees("1 kết quả đã xong")
    assert 1 == len(notices(an))


async def test_a_refusal_that_was_under_way_when_they_came_back_is_no_absence(
    story: Story,
) -> None:
    an = story.person("An")
    world = story.world
    answer = world.hold_next("sendMessage")
    asked = an.say("/quota")
    await answer.arrived()
    world.fail_next("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
    world.block_bot(an.user_id)
    world.unblock_bot(an.user_id)
    changes = "SELECT COUNT(*) FROM inbox WHERE state = 'done'"
    await until(lambda: rows(story, changes) == [(3,)])
    answer.release()
    await an.answer_to(asked)
    await knows(story, an.user_id, is_away=False)


async def test_thrown_out_of_a_group_and_brought_back_it_says_what_was_finished(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    await ben.answer_to(ben.say("/lang en"))
    group = story.group("Nhóm vẽ", an, ben)
    known = (
        "INSERT INTO chat (chat_id, kind, title, language, created_at)"
        " VALUES (?, 'group', '', 'vi', 1)"
    )
    await change(story, known, group)
    await orders(story, an, 1, chat=group)
    story.world.remove_bot(an.user_id, group)
    await knows(story, group, is_away=True)
    before = calls_to(story, group)
    await finished(story, 1)
    assert before == calls_to(story, group)
    story.world.add_bot(ben.user_id, group)
    told = await an.sees("1 kết quả đã xong", chat=group)
    assert words(told) == (
        "Trong lúc mình không nhắn được vào đây, 1 kết quả đã xong; "
        "ai yêu cầu thì xem trong chat riêng bằng /history."
    )
    [[button]] = told["reply_markup"]["inline_keyboard"]
    assert "https://t.me/easel_bot?start=history" == button["url"]
    assert [] == notices(an, group)


async def test_what_ended_meanwhile_stands_no_longer_as_being_made(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    asked = "/img@easel_bot mèo"
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say(asked, chat=group), chat=group)
    await until(lambda: story.town.apiframe.tasks)
    story.world.remove_bot(an.user_id, group)
    await knows(story, group, is_away=True)
    await finished(story, 1)
    story.world.add_bot(an.user_id, group)
    kept = await an.sees("/show", chat=group)
    assert status["message_id"] == kept["message_id"]
    assert [["💬 Xem trong chat riêng"]] == labels(kept)
