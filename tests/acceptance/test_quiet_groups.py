"""A quiet group: results come without a sound, and nothing is said that nobody needs."""

from story import Message, Person, Story, is_media, words
from telling import edits_of, forge, later, until

DRAW = "/img@easel_bot"
SENDS = frozenset({"sendMessage", "sendPhoto", "sendVideo", "sendDocument", "sendMediaGroup"})


async def group_of(story: Story, *people: Person, is_quiet: bool = True) -> int:
    """A group of theirs; the first is its admin and has it quiet."""
    group = story.group("Nhóm vẽ", *people)
    an = people[0]
    page = await an.answer_to(an.say("/settings@easel_bot quiet", chat=group), chat=group)
    if is_quiet:
        await forge(an, page, "j:::quiet=on")
        await an.sees(
            lambda m: m["message_id"] == page["message_id"] and "🔕" in words(m), chat=group
        )
    return group


def sounds(story: Story, chat: int) -> list[bool]:
    """Of everything sent to a chat: whether a phone rang for it."""
    return [
        not call.parameters.get("disable_notification")
        for call in story.world.calls
        if call.method in SENDS and call.parameters.get("chat_id") == chat and call.ok
    ]


async def waited_for(story: Story, an: Person, group: int) -> tuple[Message, Message]:
    """A picture that took long: its status message, and the result in its place."""
    story.town.apiframe.never_finish()
    asked = an.say(f"{DRAW} mèo", chat=group)
    status = await an.answer_to(asked, chat=group)
    await until(lambda: story.town.apiframe.tasks)
    with later(25):
        story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
        result = await an.result_of(asked, chat=group)
        await an.answer_to(an.say("/jobs@easel_bot", chat=group), chat=group)
    return status, result


async def test_in_a_quiet_group_no_phone_rings_and_elsewhere_it_does(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    quiet = await group_of(story, an, binh)
    loud = await group_of(story, an, binh, is_quiet=False)
    before = len(sounds(story, quiet))
    for group in (quiet, loud):
        grid = await binh.result_of(binh.say(f"{DRAW} mèo", chat=group), chat=group)
        an.say("2", chat=group, to=grid)
        await an.sees(is_media, chat=group, after=grid)
    assert [False, False] == sounds(story, quiet)[before:]
    assert {True} == set(sounds(story, loud))
    await an.answer_to(an.say("/jobs"))
    assert [True] == sounds(story, an.user_id)


async def test_in_a_quiet_group_the_result_is_the_only_edit_and_no_done_follows(
    story: Story,
) -> None:
    an = story.person("An")
    group = await group_of(story, an)
    status, result = await waited_for(story, an, group)
    assert status["message_id"] == result["message_id"]
    assert ["editMessageMedia"] == edits_of(story, status)
    assert [] == [message for message in an.from_bot(group) if words(message) == "Xong ↑"]


async def test_the_same_wait_elsewhere_is_told_when_it_is_over(story: Story) -> None:
    an = story.person("An")
    group = await group_of(story, an, is_quiet=False)
    await waited_for(story, an, group)
    await an.sees("Xong ↑", chat=group)


async def test_a_quiet_group_still_hears_of_a_failure(story: Story) -> None:
    an = story.person("An", "en")
    group = await group_of(story, an)
    story.town.apiframe.fail_next("/imagine", status=400, body=b'{"errors":[{"msg":"no"}]}')
    failed = await an.answer_to(an.say(f"{DRAW} cat", chat=group), chat=group)
    await an.sees(lambda m: m["message_id"] == failed["message_id"] and "⚠️" in words(m), chat=group)


async def test_in_a_quiet_group_a_wrong_command_is_answered_only_with_the_right_one(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = await group_of(story, an, ben)
    nonsense = ben.say("/qqqqqq@easel_bot a cat", chat=group)
    typo = ben.say("/imgg@easel_bot a cat", chat=group)
    assert "/img a cat" in words(await ben.answer_to(typo, chat=group)).replace("@easel_bot", "")
    answered = [m.get("reply_to_message", {}).get("message_id") for m in ben.from_bot(group)]
    assert nonsense["message_id"] not in answered


async def test_a_quiet_group_is_not_greeted_again(story: Story) -> None:
    an = story.person("An", "en")
    group = await group_of(story, an)
    story.world.remove_bot(an.user_id, group)
    story.world.add_bot(an.user_id, group)
    await an.answer_to(an.say("/jobs@easel_bot", chat=group), chat=group)
    assert [] == [message for message in an.from_bot(group) if "👋" in words(message)]
