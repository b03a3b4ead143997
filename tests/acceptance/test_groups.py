"""Groups: several people, topics, and talk that is none of the bot's business."""

import asyncio

import pytest
from story import PATIENCE_S, Message, Person, Story, code_in, is_media, words
from telling import file_of, next_result, press

DRAW = "/img@easel_bot"


async def settled(person: Person, chat: int) -> list[Message]:
    """What the bot has said in a chat by the time it has handled everything sent before.

    A chat's updates are handled in order, so the answer to a last question closes the list.
    """
    closing = await person.answer_to(person.say("/help@easel_bot", chat=chat), chat=chat)
    said = person.from_bot(chat)
    return [m for m in said if m["message_id"] != closing["message_id"]]


async def test_img_with_the_bots_name_is_drawn_and_answered_to_who_asked(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    hers = an.say(f"{DRAW} mèo", chat=group)
    his = binh.say(f"{DRAW} thuyền", chat=group)
    assert "mèo" in words(await an.result_of(hers, chat=group))
    assert "thuyền" in words(await binh.result_of(his, chat=group))
    assert not an.from_bot()


async def test_talk_edits_and_other_bots_commands_start_nothing(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    story.world.add_bot(an.user_id, group, status="administrator")  # it reads everything now
    for line in ("2", "upscale 2", "đẹp quá!", "/img@other_bot mèo", "/weather", "img mèo"):
        an.say(line, chat=group)
    typo = an.say("/imgg@other_bot mèo", chat=group)
    story.world.edit_text(an.user_id, group, typo["message_id"], f"{DRAW} mèo")
    (promoted,) = await settled(an, group)
    assert "quản trị viên rồi" in words(promoted)
    assert not story.town.apiframe.calls


async def test_in_a_private_chat_an_edit_and_another_bots_command_start_nothing(
    story: Story,
) -> None:
    an = story.person("An")
    an.say("/img@other_bot mèo")
    greeting = an.say("/lang en")
    story.world.edit_text(an.user_id, an.user_id, greeting["message_id"], "/img mèo")
    await an.answer_to(greeting)
    await an.answer_to(an.say("/jobs"))
    assert 2 == len(an.from_bot())
    assert not story.town.apiframe.calls


async def test_with_privacy_mode_on_a_reply_without_a_slash_still_works(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    assert story.world.privacy_mode
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    picked = await binh.result_of(binh.say("3", chat=group, to=grid), chat=group)
    assert "ảnh 3" in words(picked)
    larger = await binh.result_of(binh.say("phóng to 2", chat=group, to=grid), chat=group)
    assert f"Phóng to ảnh 2, từ {code_in(grid)}" in words(larger)


async def test_an_unknown_command_named_for_the_bot_is_answered(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    answer = await an.answer_to(an.say("/imgg@easel_bot mèo", chat=group), chat=group)
    assert "/img" in words(answer)


async def test_everything_stays_in_the_topic_it_was_asked_in(story: Story) -> None:
    an = story.person("An")
    forum = story.group("Diễn đàn", an, is_forum=True)
    cats, boats = (story.world.add_topic(forum, name) for name in ("Mèo", "Thuyền"))
    asked = {topic: an.say(f"{DRAW} mèo", chat=forum, thread_id=topic) for topic in (cats, boats)}
    for topic, question in asked.items():
        grid = await an.result_of(question, chat=forum)
        await press(an, grid, "2")
        picked = await next_result(an, grid, after=grid, chat=forum)
        await press(an, picked, "📁")
        file = await next_result(an, picked, after=picked, chat=forum)
        assert len(file_of(story, file)) > 0
        assert [topic] * 3 == [m["message_thread_id"] for m in (grid, picked, file)]


async def test_the_general_topic_is_answered_in_the_general_topic(story: Story) -> None:
    an = story.person("An")
    forum = story.group("Diễn đàn", an, is_forum=True)
    story.world.add_topic(forum, "Mèo")
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=forum), chat=forum)
    assert "is_topic_message" not in grid
    help_text = await an.answer_to(an.say("/help@easel_bot", chat=forum), chat=forum)
    assert "is_topic_message" not in help_text


async def test_a_reply_from_another_topic_acts_on_that_result_and_answers_where_it_was_asked(
    story: Story,
) -> None:
    an = story.person("An")
    forum = story.group("Diễn đàn", an, is_forum=True)
    cats, best = (story.world.add_topic(forum, name) for name in ("Mèo", "Đẹp nhất"))
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=forum, thread_id=cats), chat=forum)
    asked = an.say("/upscale@easel_bot 2", chat=forum, to=grid, thread_id=best)
    assert asked["external_reply"]["message_id"] == grid["message_id"]
    larger = await an.result_of(asked, chat=forum)
    assert f"Phóng to ảnh 2, từ {code_in(grid)}" in words(larger)
    assert best == larger["message_thread_id"]


async def test_an_anonymous_admin_draws_as_the_group_and_on_the_groups_allowance(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    asked = story.world.send_text(an.user_id, group, f"{DRAW} mèo", as_chat=True)
    await an.result_of(asked, chat=group)
    question = story.world.send_text(an.user_id, group, "/quota@easel_bot", as_chat=True)
    assert "còn 36/40" in words(await an.answer_to(question, chat=group))
    assert "còn 40/40" in words(await an.answer_to(an.say("/quota")))


async def test_each_person_is_answered_in_their_own_language(story: Story) -> None:
    an, john = story.person("An", "vi"), story.person("John", "en-GB")
    group = story.group("Nhóm vẽ", an, john)
    hers, his = an.say("/jobs@easel_bot", chat=group), john.say("/jobs@easel_bot", chat=group)
    assert "Hiện" in words(await an.answer_to(hers, chat=group))
    assert "Nothing is being made" in words(await john.answer_to(his, chat=group))


async def test_a_group_that_throws_the_bot_out_costs_nobody_a_result(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    status = await an.answer_to(an.say(f"{DRAW} mèo", chat=group), chat=group)
    await held.arrived()
    story.world.remove_bot(an.user_id, group)
    held.release()
    code = code_in(status)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await an.answer_to(an.say("/jobs"))
            if code not in words(answer):
                break
    result = await an.result_of(an.say(f"/show {code}"))
    assert code == code_in(result)


async def test_who_is_asked_which_picture_may_press_though_it_is_anothers_result(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await an.result_of(an.say("/img thuyền trên sông", chat=group), chat=group)
    question = await ben.answer_to(ben.say("/upscale", chat=group, to=grid), chat=group)
    assert "Which picture" in words(question)
    ben.press(question, "2")
    result = await ben.result_of(question, chat=group)
    assert "picture 2" in words(result)
    assert "thuyền trên sông" in words(result)


async def test_where_media_may_not_be_sent_the_result_is_kept_and_says_so(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Readers", an)
    story.world.fail_next(
        "editMessageMedia",
        status=400,
        description="Bad Request: not enough rights to send photos to the chat",
        times=2,
    )
    asked = an.say("/img a lighthouse", chat=group)
    kept = await an.sees("finished and kept", chat=group)
    assert asked["message_id"] == kept["reply_to_message"]["message_id"]
    assert await an.sees(is_media, after=an.say(code_in(kept)))


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_an_example_in_a_group_names_the_bot_and_in_private_it_does_not(
    story: Story, language: str
) -> None:
    an = story.person("An", language)
    group = story.group("Nhóm vẽ", an)
    for command in ("/img", "/jobs"):
        there = await an.answer_to(an.say(f"{command}@easel_bot", chat=group), chat=group)
        assert "/img@easel_bot " in words(there)
        assert "/img " in words(await an.answer_to(an.say(command)))
