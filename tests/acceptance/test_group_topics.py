"""Topics: a group's admins say in which of them the bot works."""

from ruling import rule
from story import Message, Person, Story, is_media, labels, words
from telling import later, press

from bot.jobs.rules import GENERAL, GroupRules

SAID = "mình chỉ trả lời ở chủ đề khác"


def links(message: Message) -> list[str]:
    rows = message["reply_markup"]["inline_keyboard"]
    return [button["url"] for row in rows for button in row]


def address(forum: int, topic: int) -> str:
    return f"https://t.me/c/{-forum - 10**12}/{topic}"


def topic_of(message: Message) -> int | None:
    return message["message_thread_id"] if message.get("is_topic_message") else None


async def settled(person: Person, forum: int, topic: int) -> list[Message]:
    asked = person.say("/jobs@easel_bot", chat=forum, thread_id=topic)
    closing = await person.answer_to(asked, chat=forum)
    return [m for m in person.from_bot(forum) if m["message_id"] != closing["message_id"]]


async def test_in_another_topic_it_says_once_where_it_works_and_then_nothing(
    story: Story,
) -> None:
    an, binh = story.person("An"), story.person("Bình")
    forum = story.group("Diễn đàn", an, binh, is_forum=True)
    art, talk = (story.world.add_topic(forum, name) for name in ("Vẽ", "Tán gẫu"))
    await rule(story, forum, GroupRules(topics=(art,)))
    for person in (binh, an, binh):
        person.say("/img@easel_bot mèo", chat=forum, thread_id=talk)
        person.say("/img@easel_bot mèo", chat=forum)
    told = await settled(an, forum, art)
    assert 2 == len(told)
    assert {talk, None} == {topic_of(message) for message in told}
    for message in told:
        assert SAID in words(message)
        assert [address(forum, art)] == links(message)
    assert not story.town.apiframe.calls
    with later(3700):
        again = binh.say("/img@easel_bot mèo", chat=forum, thread_id=talk)
        assert SAID in words(await binh.answer_to(again, chat=forum))


async def test_the_general_topic_can_be_the_one_it_works_in(story: Story) -> None:
    an = story.person("An")
    forum = story.group("Diễn đàn", an, is_forum=True)
    art = story.world.add_topic(forum, "Vẽ")
    await rule(story, forum, GroupRules(topics=(GENERAL,)))
    told = await an.answer_to(an.say("/img@easel_bot x", chat=forum, thread_id=art), chat=forum)
    assert [address(forum, 1)] == links(told)
    assert is_media(await an.result_of(an.say("/img@easel_bot mèo", chat=forum), chat=forum))


async def test_a_press_in_another_topic_floats_the_sentence_but_cancel_works(
    story: Story,
) -> None:
    an = story.person("An")
    forum = story.group("Diễn đàn", an, is_forum=True)
    art, old = (story.world.add_topic(forum, name) for name in ("Vẽ", "Cũ"))
    grid = await an.result_of(an.say("/img@easel_bot mèo", chat=forum, thread_id=old), chat=forum)
    story.town.apiframe.never_finish()
    asked = an.say("/img@easel_bot thuyền", chat=forum, thread_id=old)
    status = await an.answer_to(asked, chat=forum)
    await rule(story, forum, GroupRules(topics=(art,)))
    assert SAID in await press(an, grid, "2")
    assert SAID not in await press(an, status, labels(status)[0][0])


async def test_admins_settings_work_in_every_topic_and_members_do_not(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    forum = story.group("Diễn đàn", an, binh, is_forum=True)
    art, talk = (story.world.add_topic(forum, name) for name in ("Vẽ", "Tán gẫu"))
    await rule(story, forum, GroupRules(topics=(art,)))
    hers = an.say("/settings@easel_bot", chat=forum, thread_id=talk)
    assert SAID not in words(await an.answer_to(hers, chat=forum))
    his = binh.say("/settings@easel_bot", chat=forum, thread_id=talk)
    assert SAID in words(await binh.answer_to(his, chat=forum))


async def test_a_group_without_topics_is_not_bound_by_those_it_once_had(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await rule(story, group, GroupRules(topics=(12,)))
    assert is_media(await an.result_of(an.say("/img@easel_bot mèo", chat=group), chat=group))
