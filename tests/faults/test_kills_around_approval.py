"""Killed with -9 around an admin's yes: asked about, agreed to, made and paid for exactly once."""

import json
from typing import Any, Final

import pytest
from orders import BROKEN, check_book, replies_to, results_for, was_broken_off
from process import Host, until
from story import Message, Person, labels, words
from telling import press

ASKS: Final[dict[str, Any]] = {
    "users": "anyone",
    "pressers": "anyone",
    "payer": "group",
    "cap_vnd": None,
    "ask_above_vnd": 0,
    "is_quiet": False,
    "topics": [],
}


async def opened(host: Host) -> tuple[Person, Person, int]:
    """An, the admin Bình, and their group, whose wallet was filled by the operator."""
    binh, an = host.story.person("Bình", "vi"), host.story.person("An", "en")
    group = host.story.group("Nhóm vẽ", binh, an)
    await host.start()
    await binh.answer_to(binh.say("/quota@easel_bot", chat=group), chat=group)  # it is known now
    granted = await host.command(f"grant {group} 1000")
    assert (0, f"{group} (Nhóm vẽ) now has 1,000 đồng.\n") == (granted.code, granted.out)
    rules = json.dumps(ASKS)
    host.change("INSERT INTO setting (scope, name, value) VALUES (?, 'group', ?)", group, rules)
    return an, binh, group


async def asked_by(host: Host, an: Person, group: int) -> tuple[Message, Message]:
    """What was asked, and the question, once the bot knows that it arrived."""
    asked = an.say("/img@easel_bot a lake", chat=group)
    question = await an.sees("🙋 An wants 4 pictures: a lake", chat=group)
    shown = "SELECT 1 FROM approval WHERE shown_id = ?"
    await until(lambda: host.rows(shown, question["message_id"]), "the question to be noted")
    return asked, question


async def check_made_once(host: Host, an: Person, asked: Message, group: int) -> None:
    await an.result_of(asked, chat=group)
    await an.sees("✅ Approved by Bình: ₫400 from the group’s wallet.", chat=group)
    await host.is_quiet()
    assert ["done"] == host.states()
    assert 1 == len(host.story.town.apiframe.tasks) == len(results_for(an, asked))
    assert [(600, 0)] == host.rows(
        "SELECT balance_vnd, held_vnd FROM wallet WHERE wallet_id = ?", group
    )
    assert 0 == host.free_used()
    await check_book(host)


async def test_a_question_asked_before_the_kill_is_agreed_to_after_it(host: Host) -> None:
    an, binh, group = await opened(host)
    asked, question = await asked_by(host, an, group)
    await host.restart()
    assert [] == host.states()
    assert "Đã nhận!" == await press(binh, question, "✅")
    await check_made_once(host, an, asked, group)


async def test_killed_before_the_question_arrives_it_is_asked_once(host: Host) -> None:
    an, binh, group = await opened(host)
    sending = host.story.world.hold_next("sendMessage")
    asked = an.say("/img@easel_bot a lake", chat=group)
    await sending.arrived()
    await host.kill()
    host.story.world.fail_next("sendMessage", status=500, description=BROKEN)
    sending.release()
    await until(
        lambda: was_broken_off(host.story.world, "sendMessage"),
        "the cut off call to be turned away",
    )
    await host.start()
    question = await an.sees("🙋 An wants 4 pictures: a lake", chat=group)
    await press(binh, question, "✅")
    await check_made_once(host, an, asked, group)
    questions = [m for m in replies_to(an, asked) if "🙋" in words(m)]
    assert [question["message_id"]] == [m["message_id"] for m in questions]
    assert 1 == len(host.rows("SELECT 1 FROM approval"))


async def test_a_yes_tapped_three_times_while_the_bot_is_killed_is_one_order(host: Host) -> None:
    an, binh, group = await opened(host)
    asked, question = await asked_by(host, an, group)
    host.freeze()
    for _ in range(3):
        binh.press(question, "✅")
    await host.restart()
    await check_made_once(host, an, asked, group)


async def test_killed_before_the_message_says_who_approved_it_says_so_after_the_start(
    host: Host,
) -> None:
    an, binh, group = await opened(host)
    asked, question = await asked_by(host, an, group)
    editing = host.story.world.hold_next("editMessageText")
    binh.press(question, "✅")
    await editing.arrived()
    await host.kill()
    assert 1 == len(host.states())
    editing.release()
    await host.start()
    await check_made_once(host, an, asked, group)
    assert [("agreed", binh.user_id)] == host.rows("SELECT state, decided_by FROM approval")


async def test_a_question_nobody_noted_is_sent_again_as_what_was_decided(host: Host) -> None:
    an, binh, group = await opened(host)
    asked, question = await asked_by(host, an, group)
    await host.kill()
    # As a kill leaves it between Telegram's answer and the note of it.
    host.change("UPDATE outbox SET state = 'sending', sends = 0 WHERE say = 'approval'")
    host.change("UPDATE approval SET shown_id = NULL")
    held = host.story.world.hold_next("sendMessage")
    await host.start()
    await held.arrived()  # it asks once more, before the press is read
    binh.press(question, "✅")
    await until(lambda: host.rows("SELECT 1 FROM approval WHERE state = 'agreed'"), "the yes")
    held.release()
    await is_decided_everywhere(host, an, asked)


@pytest.mark.parametrize("is_noted", [False, True])
async def test_a_question_asked_twice_is_decided_in_both_messages(
    host: Host, *, is_noted: bool
) -> None:
    an, binh, group = await opened(host)
    asked, question = await asked_by(host, an, group)
    host.freeze()
    binh.press(question, "✅")
    await host.kill()
    host.change("UPDATE outbox SET state = 'sending', sends = 0 WHERE say = 'approval'")
    host.change("UPDATE approval SET shown_id = NULL")
    if is_noted:  # the press is read only after the second question is there
        updates = host.story.world.hold_next("getUpdates")
        await host.start()
        again = await an.sees("🙋 An wants 4 pictures: a lake", chat=group, after=question)
        shown = "SELECT 1 FROM approval WHERE shown_id = ?"
        await until(lambda: host.rows(shown, again["message_id"]), "the note of it")
        updates.release()
    else:
        await host.start()
    await is_decided_everywhere(host, an, asked)


async def is_decided_everywhere(host: Host, an: Person, asked: Message) -> None:
    """Nothing that is still asked has a button for it."""
    await an.result_of(asked, chat=asked["chat"]["id"])
    await host.is_quiet()
    told = [m for m in replies_to(an, asked) if "🙋" in words(m)]
    assert 2 == len(told)
    assert ["✅ Approved by Bình"] * 2 == [
        words(m)[words(m).index("✅") :].partition(":")[0] for m in told
    ]
    assert [[], []] == [labels(m) for m in told]
