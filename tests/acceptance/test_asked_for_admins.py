"""Who a group's admins are, Telegram is asked: when it counts, no oftener, and for nobody's spam."""

from pathlib import Path

import pytest
from beside import change, handled, rows
from ruling import rule
from samples import picture
from story import Person, Story, is_media, living_bot, served_town, settings_for, words
from telling import forge, later, press

from bot.jobs.rules import GroupRules, Payer, Pressers, Users
from bot.model import UserId
from bot.money import ledger
from bot.store.sqlite import open_store

ADMINS = "getChatAdministrators"
ASKED = {ADMINS, "getChat", "getChatMember"}
ONLY_ADMINS = GroupRules(users=Users.ADMINS)
DRAW = "/img@easel_bot"
UNKNOWN = "Bad Request: member list is inaccessible"


def asked(story: Story) -> int:
    return sum(1 for call in story.world.calls if call.method in ASKED)


def demote(story: Story, person: Person, group: int) -> None:
    story.world.chats.rooms[group].members[person.user_id] = "member"


async def fill(story: Story, group: int, amount_vnd: int = 100_000) -> None:
    async with open_store(story.data_dir / "bot.db") as store:
        await store.write(
            lambda tx: ledger.enter(
                tx, UserId(group), ledger.EntryKind.GRANT, amount_vnd, ledger.Act("g", "7", "", 1)
            )
        )


@pytest.mark.parametrize("command", ["/doctor@RoseBot", "/settings@RoseBot", "/lang@RoseBot en"])
async def test_a_command_that_names_another_bot_costs_no_call(story: Story, command: str) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    story.world.add_bot(an.user_id, group, status="administrator")  # it reads everything
    an.say(command, chat=group)
    await handled(story)
    assert 0 == asked(story)


async def test_a_banned_group_and_a_stranger_cost_no_call(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        async with living_bot(settings_for(town, story.data_dir, BOT_ACCESS="approved")):
            an = story.person("An", "en")
            group = story.group("Strangers", an)
            for line in ("/doctor@easel_bot", "/settings@easel_bot", "/lang@easel_bot en"):
                an.say(line, chat=group)
            await handled(story)
            assert 0 == asked(story)
            await change(story, "UPDATE chat SET is_allowed = 1")
            await an.answer_to(an.say("/doctor@easel_bot", chat=group), chat=group)
            assert asked(story)


async def test_where_telegram_did_not_tell_it_is_not_asked_with_every_message(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    await rule(story, group, ONLY_ADMINS)
    story.world.fail_next(ADMINS, status=400, description=UNKNOWN, times=2)
    for person in (an, ben, an, ben):
        person.say(f"{DRAW} a cat", chat=group)
    await handled(story)
    assert 1 == asked(story)


async def test_an_admin_whom_telegram_never_named_reads_what_helps(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    grid = await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)
    await rule(story, group, ONLY_ADMINS)
    story.world.fail_next(ADMINS, status=400, description=UNKNOWN)
    told = words(await an.answer_to(an.say(f"{DRAW} a cat", chat=group), chat=group))
    assert "only admins may use me" in told
    assert "has not told me who the group's admins are" in told
    assert "has not told me" in await press(an, grid, "V1")
    with later(15):
        assert await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)


@pytest.mark.parametrize("pressers", [Pressers.ADMINS, Pressers.ASKER])
async def test_where_only_some_may_press_the_hint_is_for_admins_alone(
    story: Story, pressers: Pressers
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    grid = await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)
    await rule(story, group, GroupRules(pressers=pressers))
    story.world.fail_next(ADMINS, status=400, description=UNKNOWN)
    is_hinted = "has not told me" in await press(ben, grid, "V1")
    assert (pressers is Pressers.ADMINS) == is_hinted


@pytest.mark.parametrize("first", ["hello", "/settings@easel_bot", "/doctor@easel_bot", "/lang"])
async def test_what_was_missed_is_told_whatever_is_said_first(story: Story, first: str) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)
    await rule(story, group, ONLY_ADMINS)
    await handled(story)  # that the result is there was written down
    await change(story, "UPDATE chat SET unreachable_at = 1 WHERE chat_id = ?", group)
    await change(story, "UPDATE outbox SET state = 'dropped', error = 'gone' WHERE say = 'result'")
    with later(70):
        if first == "hello":
            an.say(first, chat=group)
            first = "/jobs@easel_bot"
        an.say(first, chat=group)
        await an.sees("finished", chat=group)
    assert [(None,)] == rows(story, "SELECT unreachable_at FROM chat WHERE chat_id = ?", group)


@pytest.mark.parametrize(
    "rules",
    [
        GroupRules(users=Users.ADMINS, payer=Payer.GROUP),
        GroupRules(payer=Payer.GROUP, ask_above_vnd=0),
    ],
)
async def test_who_is_no_admin_any_more_spends_nothing_of_the_groups_ten_seconds_later(
    story: Story, rules: GroupRules
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    await fill(story, group)
    await rule(story, group, rules)
    grid = await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)
    demote(story, an, group)
    with later(11):
        an.say(f"{DRAW} a boat", chat=group)
        await press(an, grid, "V1")
        await handled(story)
        assert 1 == len(story.town.apiframe.tasks)
        assert 1 == len([m for m in an.from_bot(group) if is_media(m)])


async def test_who_is_no_admin_any_more_sets_and_agrees_to_nothing_ten_seconds_later(
    story: Story,
) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    await fill(story, group)
    await rule(story, group, GroupRules(payer=Payer.GROUP, ask_above_vnd=0))
    page = await an.answer_to(an.say("/settings@easel_bot", chat=group), chat=group)
    bulk = await ben.answer_to(ben.say(f"{DRAW}\na cat\na dog", chat=group), chat=group)
    question = await ben.answer_to(ben.say(f"{DRAW} a boat", chat=group), chat=group)
    demote(story, an, group)
    before = rows(story, "SELECT value FROM setting WHERE scope = ? AND name = 'group'", group)
    with later(11):
        assert "admin" in await forge(an, page, "j:::quiet=on")
        for message in (bulk, question):
            await press(an, message, "✅")
        an.say("/lang@easel_bot vi", chat=group)
        await handled(story)
    assert not story.town.apiframe.tasks
    assert before == rows(
        story, "SELECT value FROM setting WHERE scope = ? AND name = 'group'", group
    )
    assert [(None,)] == rows(story, "SELECT language FROM chat WHERE chat_id = ?", group)


async def test_a_caption_sets_no_language_for_who_is_no_admin_any_more(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    await an.answer_to(an.say("/settings@easel_bot", chat=group), chat=group)
    demote(story, an, group)
    with later(11):
        story.world.send_files(
            an.user_id, group, [("a.png", picture(64, 64))], caption="/lang@easel_bot vi"
        )
        await handled(story)
    assert [(None,)] == rows(story, "SELECT language FROM chat WHERE chat_id = ?", group)


async def test_a_reply_to_an_anonymous_admins_result_is_for_who_is_an_admin_now(
    story: Story,
) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    await rule(story, group, GroupRules(pressers=Pressers.ASKER))
    line = story.world.send_text(an.user_id, group, f"{DRAW} a cat", as_chat=True)
    grid = await an.result_of(line, chat=group)
    await an.result_of(an.say("/vary@easel_bot 1", chat=group, to=grid), chat=group)
    demote(story, an, group)
    with later(61):
        told = await an.answer_to(an.say("/vary@easel_bot 2", chat=group, to=grid), chat=group)
    assert "only the person who asked" in words(told)
