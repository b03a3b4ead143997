"""Replies in groups: to any message of any result, by anybody, in any topic, after months."""

import pytest
from story import Message, Person, Story, code_in, is_media, words
from telling import later, next_result, press

DRAW = "/img@easel_bot"
YEAR_S = 365 * 24 * 3600


async def drawn(person: Person, group: int, prompt: str = "mèo") -> Message:
    return await person.result_of(person.say(f"{DRAW} {prompt}", chat=group), chat=group)


async def larger_of(story: Story, person: Person, group: int, said: str, to: Message) -> str:
    """What the answer to a reply says, once it is a picture."""
    asked = person.say(said, chat=group, to=to)
    return words(await person.result_of(asked, chat=group))


async def test_another_member_goes_on_from_a_grid_a_picked_picture_and_a_file(
    story: Story,
) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    grid = await drawn(an, group)
    code = code_in(grid)
    assert f"ảnh 2, từ {code}" in await larger_of(story, binh, group, "upscale 2", grid)
    picked = await an.result_of(an.say("3", chat=group, to=grid), chat=group)
    assert f"ảnh 3, từ {code}" in await larger_of(story, binh, group, "upscale", picked)
    await press(an, picked, "📁")
    file = await an.sees(lambda m: "document" in m, chat=group)
    assert f"ảnh 3, từ {code}" in await larger_of(story, binh, group, "vary", file)


async def test_another_member_goes_on_from_one_of_the_original_files(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await press(an, await drawn(an, group), "📁")
    last = await an.sees(
        lambda m: "document" in m and "-4." in m["document"]["file_name"], chat=group
    )
    third = [m for m in an.from_bot(group) if "document" in m][2]
    assert "ảnh 3" in await larger_of(story, binh, group, "upscale", third)
    assert "ảnh 4" in await larger_of(story, binh, group, "upscale", last)


async def test_another_member_goes_on_from_one_of_several_requests(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    lines = an.say(f"{DRAW}\nmèo\nthuyền\n--with flow", chat=group)
    question = await an.answer_to(lines, chat=group)
    await press(an, question, "✅")
    first = await an.sees(lambda m: "media_group_id" in m, chat=group)
    second = await an.sees(lambda m: "media_group_id" in m, chat=group, after=first)
    larger = await binh.result_of(binh.say("upscale 2k", chat=group, to=second), chat=group)
    assert "thuyền" in words(larger)


async def test_a_reply_to_the_word_that_it_is_done_acts_on_what_is_done(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    asked = an.say(f"{DRAW} mèo", chat=group)
    await held.arrived()
    with later(60):
        held.release()
        ping = await an.sees("Xong", chat=group)
        shown = await binh.result_of(binh.say("2", chat=group, to=ping), chat=group)
    assert "ảnh 2" in words(shown)
    assert is_media(await an.answer_to(asked, chat=group))


async def test_a_reply_to_what_is_still_being_made_is_asked_to_wait(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say(f"{DRAW} mèo", chat=group), chat=group)
    told = await binh.answer_to(binh.say("2", chat=group, to=status), chat=group)
    assert "vẫn đang được làm" in words(told)


@pytest.mark.parametrize("said", ["2", "upscale 2", "/vary@easel_bot 2", f"{DRAW} tranh sơn dầu"])
async def test_from_another_topic_it_is_answered_there(story: Story, said: str) -> None:
    an, binh = story.person("An"), story.person("Bình")
    forum = story.group("Diễn đàn", an, binh, is_forum=True)
    cats, best = (story.world.add_topic(forum, name) for name in ("Mèo", "Đẹp nhất"))
    story.world.add_bot(an.user_id, forum, status="administrator")  # to see words from afar
    asked = an.say(f"{DRAW} mèo", chat=forum, thread_id=cats)
    grid = await an.result_of(asked, chat=forum)
    reply = binh.say(said, chat=forum, to=grid, thread_id=best)
    assert grid["message_id"] == reply["external_reply"]["message_id"]
    answer = await binh.answer_to(reply, chat=forum)
    assert best == answer["message_thread_id"]
    if "mấy" in words(answer):
        await press(binh, answer, "2")
        result = await binh.sees(is_media, chat=forum, after=answer)
        assert best == result["message_thread_id"]


async def test_after_a_year_a_reply_and_a_press_still_mean_that_picture(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    forum = story.group("Diễn đàn", an, binh, is_forum=True)
    cats = story.world.add_topic(forum, "Mèo")
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=forum, thread_id=cats), chat=forum)
    with later(YEAR_S):
        reply = binh.say("2", chat=forum, to=grid, thread_id=cats)
        assert "ảnh 2" in words(await binh.result_of(reply, chat=forum))
        await press(binh, grid, "3")
        third = await next_result(binh, grid, after=reply, chat=forum)
    assert "ảnh 3" in words(third)
    assert cats == third["message_thread_id"]
