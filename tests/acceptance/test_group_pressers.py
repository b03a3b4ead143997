"""Who may press under a group's results, and go on from them by a reply: as its admins set it."""

import pytest
from ruling import rule
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import next_result, press

from bot.jobs.rules import GroupRules, Pressers

OF_ASKER = GroupRules(pressers=Pressers.ASKER)
OF_ADMINS = GroupRules(pressers=Pressers.ADMINS)
ONLY_ASKER = "only the person who asked for a result"
ONLY_ADMINS = "only admins may press"


async def drawn(person: Person, group: int, prompt: str = "mèo") -> Message:
    return await person.result_of(person.say(f"/img@easel_bot {prompt}", chat=group), chat=group)


async def test_by_default_anybody_presses_and_pays_for_it_themselves(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(an, group)
    await press(ben, grid, "V2")
    assert is_media(await next_result(ben, grid, after=grid, chat=group))
    assert "36/40" in words(await an.answer_to(an.say("/quota")))
    assert "36/40" in words(await ben.answer_to(ben.say("/quota"))).replace(" of ", "/")


async def test_where_only_who_asked_may_press_others_are_told_who_may(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", ben, an)  # an admin of the group is not who asked either
    grid = await drawn(an, group)
    await rule(story, group, OF_ASKER)
    for label in ("2", "V2", "🔄", "📁"):
        assert ONLY_ASKER in await press(ben, grid, label)
    assert "Có ngay" in await press(an, grid, "2")
    picked = await next_result(an, grid, after=grid, chat=group)
    assert "ảnh 2" in words(picked)
    assert ONLY_ASKER in await press(ben, picked, "✨")


@pytest.mark.parametrize("said", ["2", "V3", "upscale 1", "/vary@easel_bot 2", "/img@easel_bot x"])
async def test_where_only_who_asked_may_press_a_reply_of_others_does_nothing_either(
    story: Story, said: str
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(an, group)
    await rule(story, group, OF_ASKER)
    told = await ben.answer_to(ben.say(said, chat=group, to=grid), chat=group)
    assert ONLY_ASKER in words(told)
    assert 1 == len([m for m in an.from_bot(group) if is_media(m)])
    assert is_media(await an.answer_to(an.say("2", chat=group, to=grid), chat=group))


async def test_where_only_admins_press_a_member_may_not_even_under_their_own(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    await rule(story, group, OF_ADMINS)
    grid = await drawn(ben, group)
    assert ONLY_ADMINS in await press(ben, grid, "2")
    assert ONLY_ADMINS in words(await ben.answer_to(ben.say("V3", chat=group, to=grid), chat=group))
    await press(an, grid, "2")
    assert is_media(await next_result(an, grid, after=grid, chat=group))


async def test_where_only_admins_press_everybody_still_cancels_their_own_and_no_others(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    await rule(story, group, OF_ADMINS)
    story.town.apiframe.never_finish()
    status = await drawing(an, group)
    assert "Only who asked" in await press(ben, status, labels(status)[0][0])
    own = await drawing(ben, group)
    assert "Only" not in await press(ben, own, labels(own)[0][0])


async def drawing(person: Person, group: int) -> Message:
    return await person.answer_to(person.say("/img@easel_bot mèo", chat=group), chat=group)


async def test_pages_of_ones_own_turn_whoever_may_press(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(ben, group)
    await press(ben, grid, "2")
    await next_result(ben, grid, after=grid, chat=group)
    await rule(story, group, OF_ADMINS)
    page = await ben.answer_to(ben.say("/history@easel_bot", chat=group), chat=group)
    assert "Here it comes" == await press(ben, page, f"🎨 {code_in(grid)}")


async def test_which_picture_for_ones_own_words_is_answered_by_who_was_asked(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(ben, group)
    asked = ben.say("/img@easel_bot as an oil painting", chat=group, to=grid)
    question = await ben.answer_to(asked, chat=group)
    await rule(story, group, OF_ADMINS)
    assert "Got it!" == await press(ben, question, "3")
