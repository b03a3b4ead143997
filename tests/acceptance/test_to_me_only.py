"""To me only: what is asked for in a group comes to the private chat, and the group gets a stub."""

import pytest
from beside import handled, rows
from choosing import album_above, choose
from privately import TO_ME, follow, pictures_in
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import answers, forge, press, until

from bot.jobs.board import OWN_MOST
from bot.sandbox.migrating import migrate_group

DRAW = "/img@easel_bot"
TO_ALL = {"vi": "👥 Gửi vào nhóm", "en": "👥 Show it here"}


async def being_drawn(person: Person, group: int, prompt: str = "mèo") -> tuple[Message, Message]:
    """A request that is taken and not made before ``made``; and its status message."""
    asked = person.say(f"{DRAW} {prompt}", chat=group)
    return asked, await person.answer_to(asked, chat=group)


async def made(story: Story) -> None:
    """Everything that was ordered is finished now."""
    apiframe = story.town.apiframe
    await until(lambda: apiframe.tasks)
    for task in list(apiframe.tasks):
        apiframe.finish_now(task)


async def test_with_the_preference_a_result_comes_privately_and_the_group_gets_a_stub(
    story: Story,
) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await choose(an, "private=on")
    asked, status = await being_drawn(an, group)
    stub = await binh.sees("🔒 An: ảnh đã gửi riêng.", chat=group)

    assert status["message_id"] == stub["message_id"]
    assert answers(stub, asked)
    assert "mèo" not in words(stub)
    [picture] = pictures_in(an)
    assert "mèo" in words(picture)
    assert ["1", "2", "3", "4"] == labels(picture)[0]
    assert TO_ME["vi"] not in [label for row in labels(picture) for label in row]
    assert [] == pictures_in(binh, group)


async def test_another_persons_results_still_come_to_the_group(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    await choose(an, "private=on")
    shown = await ben.result_of(ben.say(f"{DRAW} a cat", chat=group), chat=group)
    assert "a cat" in words(shown)
    assert [] == pictures_in(ben)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_button_under_a_request_sends_its_result_to_who_asked(
    story: Story, language: str
) -> None:
    an = story.person("An", language)
    await an.answer_to(an.say("/quota"))
    group = story.group("Nhóm vẽ", an)
    story.town.apiframe.never_finish()
    _, status = await being_drawn(an, group)
    await press(an, status, TO_ME[language])
    chosen = await an.sees(lambda m: [TO_ALL[language]] in labels(m), chat=group)
    assert "An" in words(chosen)
    await made(story)
    stub = await an.sees(lambda m: words(m).startswith("🔒 An:"), chat=group)

    assert status["message_id"] == stub["message_id"]
    assert 1 == len(pictures_in(an))
    assert [] == pictures_in(an, group)


async def test_who_changes_their_mind_before_it_is_made_gets_it_in_the_group(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    story.town.apiframe.never_finish()
    asked, status = await being_drawn(an, group)
    assert "Kết quả sẽ gửi riêng cho An" in words(status)
    assert "nhóm" in await press(an, status, TO_ALL["vi"])
    await an.sees(lambda m: [TO_ME["vi"]] in labels(m), chat=group)
    await made(story)
    shown = await an.result_of(asked, chat=group)

    assert [TO_ME["vi"]] == labels(shown)[-1]
    assert [] == pictures_in(an)


async def test_nobody_else_may_choose_for_who_asked(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    story.town.apiframe.never_finish()
    asked, status = await being_drawn(an, group)
    assert "Chỉ người yêu cầu" in await press(binh, status, TO_ME["vi"])
    await made(story)
    await an.result_of(asked, chat=group)


async def test_a_private_result_comes_in_the_form_its_person_likes(story: Story) -> None:
    an = story.person("An")
    await choose(an, "form=files")
    await choose(an, "private=on")
    group = story.group("Nhóm vẽ", an)
    _, status = await being_drawn(an, group)
    stub = await an.sees("đã gửi riêng", chat=group)
    await an.sees(lambda m: ["1", "2", "3", "4"] in labels(m))
    [below] = [m for m in an.from_bot() if labels(m) and ["1", "2", "3", "4"] in labels(m)]

    assert 4 == len([m for m in album_above(an, below) if "document" in m])
    assert status["message_id"] == stub["message_id"]
    assert [] == pictures_in(an, group)


async def test_who_never_started_the_bot_finds_the_result_behind_the_stubs_button(
    story: Story,
) -> None:
    an, binh = story.stranger("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    story.town.apiframe.never_finish()
    _, status = await being_drawn(an, group)
    assert "bấm Start" in await press(an, status, TO_ME["vi"])
    await made(story)
    stub = await an.sees("mình đang giữ riêng cho bạn", chat=group)
    assert status["message_id"] == stub["message_id"]
    assert [] == pictures_in(binh, group)
    assert [("done", 4)] == rows(story, "SELECT state, charged_free FROM job")

    brought = await an.answer_to(follow(an, stub))
    assert "mèo" in words(brought)
    assert is_media(brought)
    assert ["1", "2", "3", "4"] == labels(brought)[0]


async def test_who_blocked_the_bot_gets_the_result_once_back_and_the_group_goes_on(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Drawing", an, ben)
    await choose(an, "private=on")
    story.world.block_bot(an.user_id)
    an.say(f"{DRAW} a cat", chat=group)
    stub = await ben.sees("ready and kept for you", chat=group)
    assert [] == pictures_in(ben, group)
    await ben.result_of(ben.say(f"{DRAW} a boat", chat=group), chat=group)
    story.world.unblock_bot(an.user_id)
    brought = await an.answer_to(follow(an, stub))
    assert is_media(brought)
    assert "a cat" in words(brought)


async def test_nobody_gets_at_a_private_result_by_way_of_its_stub(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await choose(an, "private=on")
    await being_drawn(an, group)
    stub = await an.sees("đã gửi riêng", chat=group)
    [(code,)] = rows(story, "SELECT job_id FROM job")
    for data in (f"p:{code}:1:", f"f:{code}::", f"v:{code}:1:", f"i:{code}::me"):
        assert "không dành cho bạn" in await forge(binh, stub, data)
    binh.say("2", chat=group, to=stub)
    binh.say("/upscale@easel_bot 2", chat=group, to=stub)
    await binh.answer_to(binh.say("/help@easel_bot", chat=group), chat=group)
    assert [] == pictures_in(binh, group)
    assert [] == pictures_in(binh)
    assert [(1,)] == rows(story, "SELECT COUNT(*) FROM job")


@pytest.mark.parametrize("said", ["1", "upscale 2", "/vary 1", "again", "/img tranh sơn dầu"])
async def test_nor_does_a_reply_to_the_stub_from_somebody_elses_private_chat(
    story: Story, said: str
) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await choose(an, "private=on")
    await being_drawn(an, group)
    stub = await an.sees("đã gửi riêng", chat=group)
    reply = binh.say(said, to=stub)
    assert stub["message_id"] == reply["external_reply"]["message_id"]
    await handled(story)
    owners = dict(rows(story, "SELECT job_id, user_id FROM job"))
    assert {binh.user_id} >= {owners[code_in(picture)] for picture in pictures_in(binh)}
    assert [] == rows(story, "SELECT job_id FROM job WHERE parent_id IS NOT NULL")
    an.say("1", to=stub)
    await an.sees(lambda m: is_media(m) and "ảnh 1 trong 4" in words(m))


async def test_what_is_made_of_it_in_the_private_chat_stays_there(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    await being_drawn(an, group)
    await an.sees("đã gửi riêng", chat=group)
    [picture] = pictures_in(an)
    before = len(an.from_bot(group))
    await press(an, picture, "V2")
    await an.sees(lambda m: is_media(m) and "Biến thể" in words(m), after=picture)
    assert before == len(an.from_bot(group))


async def test_several_requests_of_one_message_come_privately_and_the_group_sees_counts(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    asked = an.say(f"{DRAW}\nmèo\nthuyền", chat=group)
    question = await an.answer_to(asked, chat=group)
    await press(an, question, "✅")
    told = await an.sees("🔒 An: kết quả đã gửi riêng.", chat=group)

    assert question["message_id"] == told["message_id"]
    assert [] == pictures_in(an, group)
    await an.world.wait_for(lambda w: len(pictures_in(an)) == 4)
    assert 2 == len([m for m in pictures_in(an) if "media_group_id" in m])


async def test_a_result_for_its_person_alone_is_moved_and_cancelled_as_any_other(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    story.town.apiframe.never_finish()
    _, status = await being_drawn(an, group)
    await until(lambda: rows(story, "SELECT 1 FROM job WHERE state = 'running'"))
    await press(an, status, "✖")
    await made(story)
    kept = await an.sees("/show", chat=group)
    await until(lambda: rows(story, "SELECT 1 FROM job WHERE state = 'done'"))
    assert status["message_id"] == kept["message_id"]
    assert [] == pictures_in(an)


async def test_a_request_for_its_person_alone_costs_the_group_no_more_messages(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    await being_drawn(an, group)
    await an.sees("đã gửi riêng", chat=group)
    sent = [
        call
        for call in story.world.calls
        if call.parameters.get("chat_id") == group and call.method != "getChatAdministrators"
    ]
    assert len(sent) <= 4


async def test_a_board_counts_what_went_privately_and_shows_none_of_it(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await choose(an, "private=on")
    story.town.apiframe.never_finish()
    for number in range(OWN_MOST + 2):
        an.say(f"{DRAW} mèo số {number}", chat=group)
    await until(lambda: [(OWN_MOST + 2,)] == rows(story, "SELECT COUNT(*) FROM job"))
    await an.sees(lambda m: f"mèo số {OWN_MOST + 1}" in words(m), chat=group)
    await until(lambda: _all_are_done(story))
    await an.sees("🔒 2 đã gửi riêng", chat=group)

    assert [] == pictures_in(an, group)
    assert OWN_MOST + 2 == len(pictures_in(an))


def _all_are_done(story: Story) -> bool:
    for task in list(story.town.apiframe.tasks):
        story.town.apiframe.finish_now(task)
    return not rows(story, "SELECT 1 FROM job WHERE state <> 'done'")


async def test_a_group_that_becomes_a_supergroup_meanwhile_gets_the_stub_there(
    story: Story,
) -> None:
    an, world = story.person("An"), story.world
    await choose(an, "private=on")
    group = int(world.add_group("Nhóm vẽ", [an.user_id], chat_id=-4_000_001)["id"])
    story.town.apiframe.never_finish()
    await being_drawn(an, group)
    await until(lambda: story.town.apiframe.tasks)
    moved = migrate_group(world, group)
    await until(lambda: [(moved,)] == rows(story, "SELECT chat_id FROM job"))
    await made(story)
    await an.sees("🔒 An: ảnh đã gửi riêng.", chat=moved)
    assert 1 == len(pictures_in(an))
    assert [] == pictures_in(an, moved)
