"""A group becomes a supergroup: what was asked goes on there, and what was made still answers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from beside import rows
from hurrying import hurried
from ruling import rule
from story import PATIENCE_S, Message, Person, Story, code_in, is_media, labels, words
from telling import answers, forge, press, until

from bot.jobs.rules import GroupRules, Payer
from bot.model import UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.sandbox.migrating import migrate_group
from bot.store.sqlite import open_store

BASIC = -4001
DRAW = "/img@easel_bot"


def basic_group(story: Story, *people: Person, chat_id: int = BASIC) -> int:
    members = [person.user_id for person in people]
    return int(story.world.add_group("Nhóm vẽ", members, admins=members[:1], chat_id=chat_id)["id"])


def results_in(person: Person, *chats: int) -> list[str]:
    """The codes of all results that came, by their chats."""
    return [code_in(m) for chat in chats for m in person.from_bot(chat) if is_media(m)]


async def is_moved(story: Story) -> None:
    await until(lambda: rows(story, "SELECT 1 FROM chat WHERE moved_to IS NOT NULL"))


async def is_quiet(story: Story) -> None:
    """Every job has ended, and everything was heard and said."""
    await until(
        lambda: (
            not rows(story, "SELECT 1 FROM job WHERE state NOT IN ('done', 'failed', 'cancelled')")
            and not rows(story, "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')")
            and not rows(story, "SELECT 1 FROM inbox WHERE state = 'new'")
        )
    )


@pytest.mark.parametrize(
    "told", [("to", "from"), ("from", "to"), ("to",), ("from",), ("to", "to", "from", "from"), ()]
)
async def test_a_running_request_ends_in_the_new_chat_however_the_move_is_told(
    story: Story, told: Sequence[str]
) -> None:
    an = story.person("An")
    group = basic_group(story, an)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    status = await an.answer_to(an.say(f"{DRAW} mèo", chat=group), chat=group)
    await held.arrived()
    new = migrate_group(story.world, group, told=told)
    held.release()
    result = await an.sees(is_media, chat=new)
    assert code_in(status) == code_in(result)
    assert "reply_to_message" not in result
    await is_quiet(story)
    assert [code_in(status)] == results_in(an, group, new)
    assert [] == [m for m in an.from_bot(new) if m["message_id"] != result["message_id"]]


async def test_three_people_and_an_admin_go_on_where_they_were(story: Story) -> None:
    lan, an = story.person("Lan"), story.person("An")
    ben, cy = story.person("Ben", "en"), story.person("Cy", "en")
    group = basic_group(story, lan, an, ben, cy)
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    his = await ben.answer_to(ben.say(f"{DRAW} a boat", chat=group), chat=group)
    await held.arrived()
    new = migrate_group(story.world, group)
    await is_moved(story)
    anew = await ben.sees(code_in(his), chat=new)
    held.release()
    await ben.sees(lambda m: is_media(m) and code_in(m) == code_in(his), chat=new)
    assert anew["message_id"] in {m["message_id"] for m in ben.from_bot(new) if is_media(m)}
    # A reply to a result of before, its button, and a new request.
    larger = await cy.result_of(cy.say("/upscale@easel_bot 2", chat=new, to=grid), chat=new)
    assert code_in(grid) in words(larger)
    assert await press(an, grid, "3")
    picked = await an.sees("ảnh 3", chat=new)
    assert code_in(grid) == code_in(picked)
    drawn = await lan.result_of(lan.say(f"{DRAW} hoa", chat=new), chat=new)
    assert "hoa" in words(drawn)
    assert [] == [m for m in an.from_bot(new) if "supergroup" in words(m)]


@pytest.mark.parametrize(("language", "whose"), [("vi", "cho An"), ("en", "for An")])
async def test_a_result_that_replies_to_nobody_says_whose_it_is(
    story: Story, language: str, whose: str
) -> None:
    an = story.person("An", language)
    group = basic_group(story, an)
    held = story.town.apiframe.hold_next("/imagine", when="after")
    await an.answer_to(an.say(f"{DRAW} mèo", chat=group), chat=group)
    await held.arrived()
    new = migrate_group(story.world, group)
    held.release()
    result = await an.sees(is_media, chat=new)
    assert whose in words(result)
    replied = await an.result_of(an.say(f"{DRAW} hoa", chat=new), chat=new)
    assert whose not in words(replied)


async def test_a_reply_in_the_new_chat_never_hits_a_picture_of_the_old(story: Story) -> None:
    an = story.person("An")
    group = basic_group(story, an)
    old = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    new = migrate_group(story.world, group)
    await is_moved(story)
    mine = an.say("nhìn kìa", chat=new)
    assert old["message_id"] == mine["message_id"] == 2
    asked = an.say("/upscale@easel_bot 2", chat=new, to=mine)
    assert "ảnh 2, từ" not in words(await an.answer_to(asked, chat=new))


async def test_what_was_asked_in_the_old_chat_is_answered_in_the_new(story: Story) -> None:
    an = story.person("An", "en")
    group = basic_group(story, an)
    held = story.world.hold_next("getUpdates")
    await held.arrived()
    an.say(f"{DRAW} a cat", chat=group)
    an.say("/help@easel_bot", chat=group)
    new = migrate_group(story.world, group, told=("from", "to"))
    held.release()
    result = await an.sees(is_media, chat=new)
    assert "a cat" in words(result)
    await an.sees("/img", chat=new)
    assert [] == an.from_bot(group)


async def test_a_send_under_way_is_said_in_the_new_chat_once(story: Story) -> None:
    an = story.person("An")
    group = basic_group(story, an)
    sending = story.world.hold_next("editMessageMedia")
    an.say(f"{DRAW} mèo", chat=group)
    await sending.arrived()
    new = migrate_group(story.world, group, told=())
    sending.release()
    await an.sees(is_media, chat=new)
    await is_quiet(story)
    assert 1 == len(results_in(an, group, new))
    assert [("done",)] == rows(story, "SELECT state FROM job")


async def test_a_result_that_arrived_just_before_the_move_is_not_sent_again(story: Story) -> None:
    an = story.person("An")
    group = basic_group(story, an)
    story.world.add_bot(an.user_id, group, status="administrator")
    grid = await an.result_of(an.say(f"{DRAW} mèo", chat=group), chat=group)
    new = migrate_group(story.world, group)
    await is_quiet(story)
    assert [code_in(grid)] == results_in(an, group, new)
    assert [] == an.from_bot(new)


async def test_several_requests_asked_about_are_asked_about_in_the_new_chat(story: Story) -> None:
    an = story.person("An", "en")
    group = basic_group(story, an)
    question = await an.answer_to(
        an.say(f"{DRAW}\na cat\na dog\n--with flow", chat=group), chat=group
    )
    assert labels(question)
    new = migrate_group(story.world, group)
    anew = await an.sees(lambda m: bool(labels(m)), chat=new)
    assert labels(question) == labels(anew)
    assert await press(an, anew, "✅")
    await an.sees("2 of 2 done", chat=new)
    await is_quiet(story)
    assert 2 == len([m for m in an.from_bot(new) if is_media(m) and "media_group_id" not in m])
    assert [] == results_in(an, group)


async def test_a_button_of_before_turns_no_message_of_the_new_chat_into_a_page(
    story: Story,
) -> None:
    an = story.person("An", "en")
    group = basic_group(story, an)
    page = await an.answer_to(an.say("/help@easel_bot", chat=group), chat=group)
    new = migrate_group(story.world, group)
    await is_moved(story)
    first = await an.answer_to(an.say("/jobs@easel_bot", chat=new), chat=new)
    data = page["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await forge(an, page, data)
    turned = await an.sees(lambda m: bool(labels(m)), chat=new, after=first)
    assert words(first) == words(story.world.message(new, first["message_id"]))
    assert turned["message_id"] != first["message_id"]


@pytest.mark.parametrize("calls_before", range(1, 7))
async def test_at_whatever_call_the_group_moves_each_result_comes_once(
    story: Story, calls_before: int
) -> None:
    people = [story.person(name) for name in ("An", "Bình", "Chi")]
    group = basic_group(story, *people)
    heard = story.world.subscribe()
    first = sum(call.method.startswith(("send", "edit")) for call in story.world.calls)
    for person in people:
        person.say(f"{DRAW} tranh của {person.user_id}", chat=group)

    def is_time() -> bool:
        calls = sum(call.method.startswith(("send", "edit")) for call in story.world.calls)
        return calls - first >= calls_before

    async with asyncio.timeout(PATIENCE_S):
        while not is_time():
            await anext(aiter(heard))
    heard.close()
    told = [("to", "from"), ("from", "to"), (), ("to",)][calls_before % 4]
    new = migrate_group(story.world, group, told=told)
    if not told:
        people[0].say("/jobs@easel_bot", chat=new)
    await until(lambda: 3 == len(rows(story, "SELECT 1 FROM job WHERE state = 'done'")))
    await is_quiet(story)
    codes = results_in(people[0], group, new)
    assert 3 == len(codes) == len(set(codes))


async def test_a_quoted_code_of_another_chat_opens_no_picture_of_it(
    story: Story,
) -> None:
    an, eve = story.person("An", "en"), story.person("Eve", "en")
    private = await an.result_of(an.say("/img my secret"))
    group = basic_group(story, eve)
    said = await eve.answer_to(eve.say(f"{DRAW} {code_in(private)}", chat=group), chat=group)
    new = migrate_group(story.world, group)
    await is_moved(story)
    asked = eve.say("/upscale@easel_bot 2", chat=new, to=said)
    assert "my secret" not in words(await eve.answer_to(asked, chat=new))


def board_in(person: Person, chat: int) -> Message | None:
    return next((m for m in person.from_bot(chat) if words(m).startswith("📋")), None)


@pytest.mark.parametrize(("language", "left"), [("vi", "6.200"), ("en", "6,200")])
async def test_a_busy_group_takes_its_rules_its_wallet_and_its_board_along(
    tmp_path: Path, language: str, left: str
) -> None:
    async with hurried(tmp_path) as (story, hurry):
        lan, an, ben, cy = (story.person(name, language) for name in ("Lan", "An", "Ben", "Cy"))
        group = basic_group(story, lan, an, ben, cy)
        await rule(story, group, GroupRules(payer=Payer.GROUP, cap_vnd=5_000))
        await grant(story, group, 9_000)
        held = [story.town.apiframe.hold_next("/imagine") for _ in range(3)]
        for number, person in enumerate((an, ben, cy, an, ben, cy, lan)):
            person.say(f"{DRAW} a cat {number}", chat=group)
        await hurry.until(lambda: 7 == len(rows(story, "SELECT 1 FROM job")))
        await hurry.until(lambda: board_in(an, group))
        new = migrate_group(story.world, group)
        board = await hurry.until(lambda: board_in(an, new))
        assert labels(board)
        for each in held:
            each.release()
        await hurry.until(lambda: 7 == len(results_in(an, group, new)))
        assert 7 == len(set(results_in(an, group, new)))
        paid = rows(story, "SELECT balance_vnd, held_vnd FROM wallet WHERE wallet_id = ?", new)
        assert [(9_000 - 7 * 400, 0)] == paid
        asked = lan.say("/quota@easel_bot", chat=new)
        quota = await hurry.until(
            lambda: next((m for m in lan.from_bot(new) if answers(m, asked)), None)
        )
        assert left in words(quota)
        async with open_store(story.data_dir / "bot.db") as store:
            assert [] == await verify(store)


async def grant(story: Story, wallet_id: int, amount_vnd: int) -> None:
    async with open_store(story.data_dir / "bot.db") as store:
        await store.write(
            lambda tx: ledger.enter(
                tx,
                UserId(wallet_id),
                ledger.EntryKind.GRANT,
                amount_vnd,
                ledger.Act("by hand", "test", "by hand", 1),
            )
        )
