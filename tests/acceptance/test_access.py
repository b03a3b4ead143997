"""Who may use the bot: one polite line for who may not, and how the operator lets somebody in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from beside import handled, rows
from guarding import BANNED, DRAW, INVITED, UNDO, guarded, lines_with, said
from story import Person, Story, labels
from story import words as words_of
from telling import press, until

from bot.sandbox.migrating import migrate_group


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_stranger_gets_one_polite_line_in_their_language_and_then_silence(
    tmp_path: Path, language: str
) -> None:
    async with guarded(tmp_path) as (story, _):
        an = story.person("An", language)
        first = await said(an, "/img a cat")
        assert INVITED[language] in words_of(first)
        for line in ("/img a cat", "/start", "hello?", "/quota"):
            an.say(line)
        await handled(story)
        assert [first] == an.from_bot()
        assert not story.town.apiframe.calls


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_an_unknown_group_gets_one_line_whoever_speaks_in_it(
    tmp_path: Path, language: str
) -> None:
    async with guarded(tmp_path) as (story, _):
        an, ben = story.person("An", language), story.person("Ben", "en")
        group = story.group("Strangers", an, ben)
        first = await said(an, f"{DRAW} a cat", chat=group)
        assert INVITED[language] in words_of(first)
        ben.say(f"{DRAW} a boat", chat=group)
        an.say("/help@easel_bot", chat=group)
        await handled(story)
        assert [first] == an.from_bot(group)


async def test_the_operator_allows_a_group_in_it_and_everybody_there_may(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An")
        group = story.group("Painters", an, boss)
        await said(an, f"{DRAW} mèo", chat=group)
        allowed = await said(boss, "/allow", chat=group)
        assert "may use the bot now" in words_of(allowed)
        assert "Painters" in words_of(allowed)
        assert await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)


async def test_nobody_else_allows_or_bans(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an, ben = story.person("An", "en"), story.person("Ben", "en")
        group = story.group("Painters", an, ben, boss)
        await said(ben, "/jobs")
        for command in ("/allow@easel_bot", f"/ban@easel_bot {ben.user_id}"):
            assert "Only the operators of this bot" in words_of(await said(an, command, chat=group))
        spoken = len(an.from_bot(group))
        for command in ("/allow", f"/ban {ben.user_id}", "/unban"):
            an.say(command, chat=group)
        await handled(story)
        assert spoken == len(an.from_bot(group))
        banned = await said(boss, f"/ban {ben.user_id}", chat=group)
        assert await press(an, banned, UNDO)
        assert BANNED["en"] in words_of(await said(ben, "/quota"))


async def test_who_was_refused_and_is_allowed_hears_so_and_is_refused_anew_once(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An")
        await said(an, "/img mèo")
        allowed = await said(boss, f"/allow {an.user_id}")
        await an.sees("Từ giờ bạn dùng được bot rồi")
        assert await an.result_of(an.say("/img mèo"))
        boss.press(allowed, UNDO)
        await boss.sees("is not invited any more")
        an.say("/img thuyền")
        an.say("/img thuyền")
        await handled(story)
        assert 2 == lines_with(an, INVITED["vi"])
        assert 1 == len(story.town.apiframe.tasks)


async def test_somebody_is_allowed_by_name_and_in_every_group(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (story, boss):
        made = story.world.add_user("Lan", username="Lan_Ve", language_code="vi")
        lan, an = Person(story.world, made["id"]), story.person("An")
        group = story.group("Strangers", lan, an)
        await said(lan, "/start")
        assert "Lan" in words_of(await said(boss, "/allow @lan_ve"))
        assert await lan.result_of(lan.say(f"{DRAW} mèo", chat=group), chat=group)
        refused = await said(an, f"{DRAW} mèo", chat=group)
        assert INVITED["vi"] in words_of(refused)


async def test_somebody_may_be_allowed_before_they_have_ever_written(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An")
        assert str(an.user_id) in words_of(await said(boss, f"/allow {an.user_id}"))
        await handled(story)
        assert not an.from_bot()
        assert await an.result_of(an.say("/img mèo"))


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/ban", "for example /ban 123456789"),
        ("/unban", "for example /unban 123456789"),
        ("/allow", "for example /allow 123456789"),
        ("/ban 12x", "for example /ban 123456789"),
        ("/ban 0", "for example /ban 123456789"),
        ("/allow 99999999999999999999999", "for example /allow 123456789"),
        ("/ban 424242", "I have met nobody called 424242"),
        ("/unban @nobody_at_all", "I have met nobody called @nobody_at_all"),
        ("/allow @nobody_at_all", "I have met nobody called @nobody_at_all"),
        ("/ban -1002000000000", "I am in no group with the number -1002000000000"),
    ],
)
async def test_what_names_nobody_is_answered_with_an_example(
    tmp_path: Path, line: str, answer: str
) -> None:
    async with guarded(tmp_path) as (_, boss):
        assert answer in words_of(await said(boss, line))


@pytest.mark.parametrize("how", ["", "ban", "ban=", "ban=x", "leave=1", f"ban={2**60}", "ban=1=2"])
async def test_a_made_up_button_changes_nothing(tmp_path: Path, how: str) -> None:
    async with guarded(tmp_path) as (story, boss):
        page = await said(boss, "/ban")
        story.world.press(boss.user_id, boss.user_id, page["message_id"], f"A:::{how}", forged=True)
        await handled(story)
        assert [page] == boss.from_bot()
        assert [] == rows(story, "SELECT 1 FROM inbox WHERE state = 'failed'")


async def joins(story: Story, who: Person, group: int) -> None:
    story.world.remove_bot(who.user_id, group)
    story.world.add_bot(who.user_id, group)
    await handled(story)


@pytest.mark.parametrize(
    ("button", "outcome"),
    [("✅", lambda text: "may use the bot now" in text), ("🚫", lambda text: "is banned" in text)],
)
async def test_operators_are_told_once_of_an_unknown_group_with_a_button_for_each_way(
    tmp_path: Path, button: str, outcome: Callable[[str], bool]
) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An", "en")
        group = story.group("Strangers & Co", an)
        await joins(story, an, group)
        await joins(story, an, group)
        an.say(f"{DRAW} a cat", chat=group)
        await handled(story)
        assert 1 == lines_with(an, INVITED["en"], group)
        assert 1 == lines_with(boss, "Strangers & Co")
        told = await boss.sees("Strangers & Co")
        assert 2 == len(labels(told))
        boss.press(told, button)
        await until(lambda: outcome(words_of(boss.from_bot()[-1])))
        if button == "✅":
            await an.sees("Từ giờ cả nhóm dùng được bot", chat=group)  # the default language
            assert await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)


async def test_an_operator_who_brings_the_bot_in_is_greeted_and_offered_to_allow_the_group(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An", "en")
        group = story.group("Painters", boss, an)
        await joins(story, boss, group)
        await boss.sees("right here", chat=group)
        boss.press(await boss.sees("Let it in?"), "✅")
        await boss.sees("may use the bot now")
        assert await an.result_of(an.say(f"{DRAW} a cat", chat=group), chat=group)


async def test_a_group_that_has_moved_is_let_in_by_the_notice_of_before(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (story, boss):
        an = story.person("An", "en")
        group = int(story.world.add_group("Painters", [an.user_id], chat_id=-4001)["id"])
        await said(an, f"{DRAW} a cat", chat=group)
        notice = await boss.sees("Painters")
        new = migrate_group(story.world, group)
        await handled(story)
        boss.press(notice, "✅")
        await an.sees("Từ giờ cả nhóm dùng được bot", chat=new)
        assert await an.result_of(an.say(f"{DRAW} a cat", chat=new), chat=new)
        boss.press(await boss.sees("may use the bot now"), UNDO)
        await boss.sees("is not invited any more")
        assert INVITED["en"] in words_of(await said(an, f"{DRAW} a cat", chat=new))
