"""What `/doctor` says: each thing that is wrong comes with how to mend it."""

import dataclasses

import pytest
from telegram import ChatMember, ChatPermissions

from bot.chat import findings
from bot.chat.checkup import BotFacts, GroupFacts, forbidden_to_all, taken_from
from bot.chat.findings import Queue, Standing
from bot.jobs.rules import GENERAL, GroupRules, Payer
from bot.money.plan_file import load_plans
from bot.sandbox import shapes

EASEL = {"id": 7_000_000_000, "is_bot": True, "first_name": "Easel"}
ALL_WELL = GroupFacts(is_admin=False, hears_all=False, is_forum=False, lacking=())
QUIET = Queue({}, unsent=0, unread=0, failed=0)
MAY_ALL = ChatPermissions.all_permissions()


def member(status: str, *lacking: str) -> ChatMember:
    return ChatMember.de_json(shapes.member(EASEL, status, lacking=lacking))


def keys(lines: list[dict[str, object]]) -> list[object]:
    return [each["key"] for each in lines]


def test_an_ordinary_member_may_send_what_the_group_allows_to_all() -> None:
    nothing_but_words = ChatPermissions(
        can_send_messages=True,
        can_send_photos=False,
        can_send_videos=False,
        can_send_documents=False,
    )
    assert () == forbidden_to_all(member("member"), MAY_ALL)
    assert ("photos", "videos", "files") == forbidden_to_all(member("member"), nothing_but_words)
    assert () == taken_from(member("member"))


def test_what_was_taken_from_the_bot_alone_is_told_apart_from_what_nobody_may() -> None:
    restricted = member("restricted", "can_send_photos")
    assert ("photos",) == taken_from(restricted)
    assert ("videos",) == forbidden_to_all(restricted, ChatPermissions(can_send_videos=False))
    facts = dataclasses.replace(ALL_WELL, lacking=("videos",), own_lacking=("photos",))
    wanted = ["doctor.own_lacks_photos", "doctor.lacks_videos"]
    assert wanted == keys(findings.right_lines(facts))


def test_an_admin_may_send_what_others_may_not() -> None:
    nobody = ChatPermissions.no_permissions()
    assert () == forbidden_to_all(member("administrator"), nobody)


def test_who_may_say_nothing_is_told_that_alone() -> None:
    facts = GroupFacts(
        is_admin=False, hears_all=False, is_forum=False, lacking=("messages", "photos")
    )
    assert ["doctor.lacks_messages"] == keys(findings.right_lines(facts))
    facts = dataclasses.replace(ALL_WELL, lacking=("photos",), own_lacking=("messages",))
    assert ["doctor.own_lacks_messages"] == keys(findings.right_lines(facts))


@pytest.mark.parametrize(
    ("topics", "thread_id", "key"),
    [
        ((), 5, "doctor.topics_all"),
        ((5,), 5, "doctor.topics_here"),
        ((5,), None, "doctor.topics_not_here"),
        ((GENERAL,), None, "doctor.topics_here"),
    ],
)
def test_in_a_forum_it_says_whether_this_topic_is_answered(
    topics: tuple[int, ...], thread_id: int | None, key: str
) -> None:
    forum = GroupFacts(is_admin=False, hears_all=False, is_forum=True, lacking=())
    rules = GroupRules(topics=topics)
    assert [key] == keys(findings.topic_lines(forum, rules, thread_id))
    assert [] == findings.topic_lines(ALL_WELL, rules, thread_id)


def test_an_empty_wallet_that_should_pay_is_a_fault_and_a_full_one_is_not() -> None:
    rules, with_stars = GroupRules(payer=Payer.GROUP), load_plans(None)
    by_hand = dataclasses.replace(with_stars, stars=None)
    assert ["doctor.wallet_empty_buy"] == keys(findings.wallet_lines(rules, 0, with_stars))
    assert ["doctor.wallet_empty"] == keys(findings.wallet_lines(rules, 0, by_hand))
    assert ["doctor.wallet"] == keys(findings.wallet_lines(rules, 500, by_hand))
    assert ["doctor.members_pay"] == keys(findings.wallet_lines(GroupRules(), 0, by_hand))


def test_the_operator_hears_of_updates_nobody_could_read_and_of_jobs_nobody_could_settle() -> None:
    bad = Queue({"needs_review": 2, "queued": 3}, unsent=1, unread=0, failed=1)
    assert ["doctor.queue", "doctor.undecided"] == keys(findings.queue_lines(bad))
    facts = BotFacts(pending=0, webhook_error="Connection refused", free_mb=5000)
    wanted = ["doctor.updates", "doctor.webhook_error", "doctor.updates_failed"]
    assert wanted == keys(findings.update_lines(facts, bad))
    assert ["doctor.telegram_silent"] == keys(findings.update_lines(None, QUIET))


def test_a_disk_that_fills_up_is_told_before_it_is_full() -> None:
    assert ["doctor.disk"] == keys(findings.disk_lines(BotFacts(0, "", findings.LOW_MB)))
    assert ["doctor.disk_low"] == keys(findings.disk_lines(BotFacts(0, "", findings.LOW_MB - 1)))


def test_a_provider_that_rests_or_waits_says_why() -> None:
    standings = [Standing("A", None, None), Standing("B", "key", None), Standing("C", None, 5)]
    wanted = ["admin.works", "admin.rests_key", "admin.waits"]
    assert wanted == keys(findings.provider_lines(standings))
