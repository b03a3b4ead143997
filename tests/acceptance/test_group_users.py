"""A group whose admins keep the bot to themselves: members hear so once, in their language."""

from ruling import rule
from story import Message, Person, Story, is_media, labels, words
from telling import later, press

from bot.jobs.rules import GroupRules, Users

ONLY_ADMINS = GroupRules(users=Users.ADMINS)
SAID_VI = "chỉ quản trị viên mới dùng được bot"
SAID_EN = "only admins may use me"


async def settled(admin: Person, group: int) -> list[Message]:
    """What the bot has said by the time it has handled everything sent before."""
    closing = await admin.answer_to(admin.say("/jobs@easel_bot", chat=group), chat=group)
    return [m for m in admin.from_bot(group) if m["message_id"] != closing["message_id"]]


async def test_a_member_is_told_once_that_only_admins_may_and_then_there_is_silence(
    story: Story,
) -> None:
    an, binh, john = story.person("An"), story.person("Bình"), story.person("John", "en")
    group = story.group("Nhóm vẽ", an, binh, john)
    await rule(story, group, ONLY_ADMINS)
    for person in (binh, john, binh, john):
        person.say("/img@easel_bot mèo", chat=group)
        person.say("/help@easel_bot", chat=group)
    said = [words(m) for m in await settled(an, group)]
    assert 2 == len(said)
    assert SAID_VI in said[0]
    assert SAID_EN in said[1]
    assert not story.town.apiframe.calls


async def test_after_a_while_a_member_is_told_once_more(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await rule(story, group, ONLY_ADMINS)
    binh.say("/img@easel_bot mèo", chat=group)
    assert 1 == len(await settled(an, group))
    with later(700):
        again = binh.say("/img@easel_bot mèo", chat=group)
        told = await binh.answer_to(again, chat=group)
    assert [["💬 Nhắn riêng cho mình"]] == labels(told)


async def test_an_admin_and_an_anonymous_one_use_it_as_ever(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await rule(story, group, ONLY_ADMINS)
    grid = await an.result_of(an.say("/img@easel_bot mèo", chat=group), chat=group)
    asked = story.world.send_text(an.user_id, group, "/img@easel_bot thuyền", as_chat=True)
    assert is_media(await an.result_of(asked, chat=group))
    assert "Có ngay" in await press(an, grid, "2")


async def test_a_members_press_is_answered_with_the_same_sentence_every_time(
    story: Story,
) -> None:
    an, john = story.person("An"), story.person("John", "en")
    group = story.group("Nhóm vẽ", an, john)
    grid = await an.result_of(an.say("/img@easel_bot mèo", chat=group), chat=group)
    await rule(story, group, ONLY_ADMINS)
    assert SAID_EN in await press(john, grid, "2")
    assert SAID_EN in await press(john, grid, "V2")
    assert [grid] == [m for m in await settled(an, group) if is_media(m)]


async def test_a_member_may_still_stop_what_they_had_asked_for(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    story.town.apiframe.never_finish()
    status = await binh.answer_to(binh.say("/img@easel_bot mèo", chat=group), chat=group)
    await rule(story, group, ONLY_ADMINS)
    assert "quản trị viên" not in await press(binh, status, labels(status)[0][0])


async def test_in_private_a_groups_rules_bind_nobody(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    await rule(story, story.group("Nhóm vẽ", an, binh), ONLY_ADMINS)
    assert is_media(await binh.result_of(binh.say("/img mèo")))
