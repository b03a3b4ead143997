"""Who may use the bot: one polite line for who may not, and what the operator does about it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from beside import handled, rows
from ruling import rule
from story import Message, Person, Story, code_in, labels, living_bot, served_town, settings_for
from story import words as words_of
from telling import press, until

from bot import app
from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer
from bot.model import UserId
from bot.money import ledger
from bot.sandbox.migrating import migrate_group
from bot.store.sqlite import open_store

DRAW = "/img@easel_bot"
INVITED = {"en": "invited", "vi": "được mời"}
BANNED = {"en": "cannot use", "vi": "không dùng được bot"}
UNDO = "↩️"


@contextlib.asynccontextmanager
async def guarded(
    folder: Path, access: str = "approved", **more: str
) -> AsyncIterator[tuple[Story, Person]]:
    """A bot with an operator, who has started it."""
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        boss = story.person("Boss", "en")
        settings = settings_for(
            town, story.data_dir, BOT_ADMIN_IDS=str(boss.user_id), BOT_ACCESS=access, **more
        )
        async with living_bot(settings):
            yield story, boss


async def said(person: Person, line: str, *, to: Message | None = None, chat: int = 0) -> Message:
    """What the bot answers, in the private chat unless a group is named."""
    where = chat or person.user_id
    return await person.answer_to(person.say(line, chat=where, to=to), chat=where)


def lines_with(person: Person, part: str, chat: int | None = None) -> int:
    return sum(1 for message in person.from_bot(chat) if part in words_of(message))


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


@pytest.mark.parametrize("how", ["", "ban", "ban=", "ban=x", "leave=1", f"ban={2**60}", "ban=1=2"])
async def test_a_made_up_button_changes_nothing(tmp_path: Path, how: str) -> None:
    async with guarded(tmp_path) as (story, boss):
        page = await said(boss, "/ban")
        story.world.press(boss.user_id, boss.user_id, page["message_id"], f"A:::{how}", forged=True)
        await handled(story)
        assert [page] == boss.from_bot()
        assert [] == rows(story, "SELECT 1 FROM inbox WHERE state = 'failed'")


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


async def joins(story: Story, who: Person, group: int) -> None:
    story.world.remove_bot(who.user_id, group)
    story.world.add_bot(who.user_id, group)
    await handled(story)


@contextlib.asynccontextmanager
async def paying_group(folder: Path) -> AsyncIterator[tuple[Story, Person, Person, Person, int]]:
    """A group whose wallet pays what an admin agrees to: the operator, the admin, An, and it."""
    plans = folder / "plans.toml"
    plans.write_text("[prices]\nimage = 100\n[plans.free]\nthreads = 20\n")
    async with guarded(folder, "open", BOT_PLANS_FILE=str(plans)) as (story, boss):
        an, ben = story.person("An", "en"), story.person("Ben", "en")
        group = story.group("Painters", ben, an)
        await rule(story, group, GroupRules(payer=Payer.GROUP, ask_above_vnd=0))
        async with open_store(story.data_dir / DATABASE_NAME) as store:
            await store.write(
                lambda tx: ledger.enter(
                    tx,
                    UserId(group),
                    ledger.EntryKind.GRANT,
                    9_000,
                    ledger.Act("grant", "operator", "", app.wall_clock()),
                )
            )
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
