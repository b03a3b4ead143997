"""Who is banned: nothing new is begun for them, what they had is theirs, and a ban is lifted."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import handled, rows
from guarding import BANNED, DRAW, UNDO, guarded, lines_with, said
from ruling import rule
from shopping import give
from story import Person, Story, code_in, labels
from story import words as words_of
from telling import press, until

from bot.jobs.rules import GroupRules, Payer
from bot.sandbox.migrating import migrate_group


async def test_a_press_of_who_may_not_floats_the_line_by_until_it_has_been_said(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An", "en")
        grid = await an.result_of(an.say("/img a cat"))
        await said(boss, f"/ban {an.user_id}")
        assert BANNED["en"] in await press(an, grid, "V1")
        await said(an, "/quota")
        assert "" == await press(an, grid, "V2")
        await handled(story)
        assert 1 == lines_with(an, BANNED["en"])
        assert 1 == len(story.town.apiframe.tasks)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_banned_person_gets_what_was_paid_for_and_one_line_and_nothing_new(
    tmp_path: Path, language: str
) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an, apiframe = story.person("An", language), story.town.apiframe
        apiframe.never_finish()
        asked = an.say("/img a cat")
        await an.answer_to(asked)
        await until(lambda: apiframe.tasks)
        banned = await said(boss, f"/ban {an.user_id}")
        assert BANNED[language] in words_of(await said(an, "/img a boat"))
        for task in list(apiframe.tasks):
            apiframe.finish_now(task)
        assert await an.result_of(asked)
        an.say("/img a boat")
        await handled(story)
        assert 1 == lines_with(an, BANNED[language])
        assert 1 == len(apiframe.tasks)
        boss.press(banned, UNDO)
        await boss.sees("is not banned any more")
        assert BANNED[language] not in words_of(await said(an, "/jobs"))


async def test_a_person_is_banned_in_reply_to_their_message(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An")
        group = story.group("Painters", boss, an)
        spam = an.say("mua hàng ở đây", chat=group)
        assert "An" in words_of(await said(boss, "/ban", to=spam, chat=group))
        assert BANNED["vi"] in words_of(await said(an, f"{DRAW} mèo", chat=group))


async def test_a_person_is_banned_in_reply_from_another_topic(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An")
        forum = story.group("Forum", boss, an, is_forum=True)
        cats, boats = (story.world.add_topic(forum, name) for name in ("Cats", "Boats"))
        spam = an.say("mua hàng ở đây", chat=forum, thread_id=cats)
        asked = boss.say("/ban", chat=forum, to=spam, thread_id=boats)
        assert "An" in words_of(await boss.answer_to(asked, chat=forum))


async def test_in_a_topic_a_ban_that_replies_to_nobody_bans_nobody(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An", "en")
        forum = story.group("Forum", an, boss, is_forum=True)
        topic = story.world.add_topic(forum, "Cats")  # opened by An
        asked = boss.say("/ban", chat=forum, thread_id=topic)
        assert "Whom do you want to ban?" in words_of(await boss.answer_to(asked, chat=forum))
        assert BANNED["en"] not in words_of(await said(an, "/quota"))


async def test_an_operator_cannot_be_banned_by_word_or_button(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (story, boss):
        first = await said(boss, f"/ban {boss.user_id}")
        assert "An operator cannot be banned" in words_of(first)
        forged = story.world.press(
            boss.user_id,
            boss.user_id,
            first["message_id"],
            f"A:::ban={boss.user_id}",
            forged=True,
        )
        assert forged
        await handled(story)
        assert [(0,)] == rows(story, "SELECT is_banned FROM user WHERE user_id = ?", boss.user_id)


async def test_a_banned_group_is_told_once_and_is_let_back_in(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an, ben = story.person("An", "vi"), story.person("Ben", "en")
        group = story.group("Noisy", an, ben)
        await said(an, "/quota@easel_bot", chat=group)
        assert "Noisy" in words_of(await said(boss, f"/ban {group}"))
        assert BANNED["vi"] in words_of(await said(an, f"{DRAW} mèo", chat=group))
        ben.say(f"{DRAW} a boat", chat=group)
        await handled(story)
        assert 2 == len(an.from_bot(group))
        assert BANNED["en"] not in words_of(await said(ben, "/quota"))
        await said(boss, f"/unban {group}")
        await an.sees("Từ giờ cả nhóm dùng được bot rồi", chat=group)
        assert await ben.result_of(ben.say(f"{DRAW} a boat", chat=group), chat=group)


@contextlib.asynccontextmanager
async def paying_group(folder: Path) -> AsyncIterator[tuple[Story, Person, Person, Person, int]]:
    """A group whose wallet pays what an admin agrees to: the operator, the admin, An, and it."""
    plans = folder / "plans.toml"
    plans.write_text("[prices]\nimage = 100\n[plans.free]\nthreads = 20\n")
    async with guarded(folder, "open", BOT_PLANS_FILE=str(plans)) as (story, boss):
        an, ben = story.person("An", "en"), story.person("Ben", "en")
        group = story.group("Painters", ben, an)
        await rule(story, group, GroupRules(payer=Payer.GROUP, ask_above_vnd=0))
        await give(story, group, 9_000)
        yield story, boss, an, ben, group


GONE = "cannot use this bot at the moment"


@pytest.mark.parametrize(
    "line", [f"{DRAW} a lake", f"{DRAW}\na lake\na hill"], ids=["one", "several"]
)
async def test_what_a_banned_person_had_asked_for_is_begun_by_no_admins_tap(
    tmp_path: Path, line: str
) -> None:
    async with paying_group(tmp_path) as (story, boss, an, ben, group):
        question = await said(an, line, chat=group)
        banned = await said(boss, f"/ban {an.user_id}")
        assert GONE in await press(ben, question, "✅")
        await handled(story)
        assert [(0,)] == rows(story, "SELECT COUNT(*) FROM job")
        boss.press(banned, UNDO)
        await boss.sees("is not banned any more")
        assert "Got it!" == await press(ben, question, "✅")
        await until(lambda: rows(story, "SELECT 1 FROM job WHERE state = 'done'"))


async def test_an_admin_declines_what_a_banned_person_had_asked_for(tmp_path: Path) -> None:
    async with paying_group(tmp_path) as (story, boss, an, ben, group):
        one = await said(an, f"{DRAW} a lake", chat=group)
        several = await said(an, f"{DRAW}\na lake\na hill", chat=group)
        await said(boss, f"/ban {an.user_id}")
        assert "Nothing was charged." == await press(ben, one, "✖")
        await press(ben, several, labels(several)[-1][-1])
        await handled(story)
        states = "SELECT state FROM approval UNION ALL SELECT state FROM bulk"
        assert [("refused",), ("done",)] == rows(story, states)


async def test_what_failed_for_a_banned_person_is_begun_again_by_no_admin(tmp_path: Path) -> None:
    async with paying_group(tmp_path) as (story, boss, an, ben, group):
        question = await said(an, f"{DRAW}\na lake\na hill", chat=group)
        story.town.apiframe.fail_next("/imagine", status=400, times=2)
        await press(ben, question, "✅")
        await until(lambda: rows(story, "SELECT 1 FROM bulk WHERE state = 'done'"))
        again = await an.sees(lambda m: "🔄" in str(labels(m)), chat=group)
        jobs = rows(story, "SELECT COUNT(*) FROM job")
        await said(boss, f"/ban {an.user_id}")
        assert GONE in await press(ben, again, "🔄")
        await handled(story)
        assert jobs == rows(story, "SELECT COUNT(*) FROM job")


async def test_from_the_results_of_a_banned_group_nobody_goes_on_in_another_chat(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an, ben = story.person("An", "vi"), story.person("Ben", "en")
        group = story.group("Noisy", an, ben)
        grid = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
        await said(boss, f"/ban {group}")
        assert "That group cannot use me" in words_of(await said(ben, "upscale 2", to=grid))
        await said(boss, f"/unban {group}")
        assert await ben.result_of(ben.say("upscale 2", to=grid))


async def test_what_a_banned_person_made_before_stays_theirs_when_the_ban_is_lifted(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An", "en")
        grid = await an.result_of(an.say("/img a cat"))
        await said(boss, f"/ban {an.user_id}")
        await said(an, f"/show {code_in(grid)}")
        await said(boss, f"/unban {an.user_id}")
        assert await an.result_of(an.say(f"/show {code_in(grid)}"))
        await handled(story)
        assert 1 == lines_with(an, BANNED["en"])


async def test_a_group_is_banned_by_its_number_of_before_it_moved(tmp_path: Path) -> None:
    async with guarded(tmp_path, "open") as (story, boss):
        an = story.person("An", "en")
        group = int(story.world.add_group("Painters", [an.user_id], chat_id=-4001)["id"])
        await said(an, "/help@easel_bot", chat=group)
        new = migrate_group(story.world, group)
        await handled(story)
        assert str(new) in words_of(await said(boss, f"/ban {group}"))
        assert BANNED["en"] in words_of(await said(an, "/help@easel_bot", chat=new))
        await said(boss, f"/unban {group}")
        await an.sees("Từ giờ cả nhóm dùng được bot", chat=new)
        assert await said(an, "/help@easel_bot", chat=new)
