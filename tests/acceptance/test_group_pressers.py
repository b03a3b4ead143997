"""Who may press under a group's results, and go on from them by a reply: as its admins set it."""

import pytest
from beside import handled
from ruling import rule
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import later, next_result, press

from bot.jobs.rules import GroupRules, Pressers, Users

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


# --- replies from another chat ------------------------------------------------------------------


async def test_by_default_a_reply_from_ones_private_chat_goes_on_from_a_groups_result_there(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(an, group)
    shown = await ben.result_of(ben.say("2", to=grid))
    assert "picture 2" in words(shown)


@pytest.mark.parametrize("said", ["2", "again", "/vary 2", "/img x"])
@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (OF_ASKER, "In that group only the person who asked for a result"),
        (OF_ADMINS, "In that group only admins may press"),
        (GroupRules(users=Users.ADMINS), "In that group only admins may use me"),
    ],
)
async def test_what_a_groups_rules_refuse_is_refused_from_another_chat_too(
    story: Story, rules: GroupRules, told: str, said: str
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    elsewhere = story.group("Khác", ben)
    grid = await drawn(an, group)
    await rule(story, group, rules)
    assert told in words(await ben.answer_to(ben.say(said, to=grid)))
    assert told in words(await ben.answer_to(ben.say(said, to=grid)))  # alone, each time
    addressed = said.replace(" ", "@easel_bot ", 1) if said.startswith("/") else said
    asked = ben.say(addressed, chat=elsewhere, to=grid)
    if said.startswith("/"):  # of words without a command the bot hears nothing there
        assert told in words(await ben.answer_to(asked, chat=elsewhere))
    await handled(story)
    assert not [m for chat in (None, elsewhere) for m in ben.from_bot(chat) if is_media(m)]
    assert is_media(await an.answer_to(an.say("2", to=grid)))


async def test_about_nothing_of_a_result_one_may_reply_to_it_from_anywhere(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await drawn(an, group)
    await rule(story, group, OF_ADMINS)
    assert "40 of 40" in words(await ben.answer_to(ben.say("/quota", to=grid)))


async def test_who_is_an_admin_by_now_goes_on_from_their_private_chat_and_who_was_does_not(
    story: Story,
) -> None:
    an, ben, chi = story.person("An"), story.person("Ben", "en"), story.person("Chi", "en")
    group = story.group("Nhóm vẽ", an, ben, chi)
    ranks = story.world.chats.rooms[group].members
    ranks[ben.user_id] = "administrator"
    grid = await drawn(chi, group)
    await rule(story, group, OF_ADMINS)
    assert is_media(await ben.result_of(ben.say("2", to=grid)))
    ranks[ben.user_id], ranks[chi.user_id] = "member", "administrator"
    with later(61):
        told = words(await ben.answer_to(ben.say("2", to=grid)))
        assert "In that group only admins may press" in told
        assert is_media(await chi.result_of(chi.say("2", to=grid)))
