"""What a group's rules mean for who speaks there, case by case."""

import dataclasses
from typing import cast

import pytest
from shop import a_job

from bot.chat import rulings
from bot.chat.parsed import NotForUs, PickCommand, PlainCommand, VaryCommand
from bot.chat.rulings import Refusal
from bot.chat.talk import Speaker, Talk
from bot.jobs.buttons import Act, Press
from bot.jobs.rules import GENERAL, GroupRules, Pressers, Users
from bot.model import ChatId, Job, JobState, Place, UserId
from bot.store.port import Transaction

GROUP = ChatId(-1001)
AN = UserId(7)
BEN = UserId(8)
NONE = cast("Transaction", None)  # nothing here reads


def talk(rules: GroupRules, who: UserId = BEN, *, is_admin: bool = False) -> Talk:
    place = Place(GROUP, None, None)
    said = Talk(NONE, Speaker(who, "Ben", "en"), place, False, "en", 0, rules)
    return dataclasses.replace(said, is_group_admin=is_admin)


def of(owner: int, state: JobState = JobState.DONE) -> Job:
    return a_job(user_id=UserId(owner), chat_id=GROUP, state=state)


@pytest.mark.parametrize(
    ("pressers", "owner", "is_admin", "may"),
    [
        (Pressers.ANYONE, AN, False, True),
        (Pressers.ASKER, AN, False, False),
        (Pressers.ASKER, AN, True, False),
        (Pressers.ASKER, BEN, False, True),
        (Pressers.ASKER, GROUP, False, False),
        (Pressers.ASKER, GROUP, True, True),
        (Pressers.ADMINS, BEN, False, False),
        (Pressers.ADMINS, AN, True, True),
    ],
)
def test_who_may_press_under_a_result_and_go_on_from_it(
    pressers: Pressers, owner: int, *, is_admin: bool, may: bool
) -> None:
    said = talk(GroupRules(pressers=pressers), is_admin=is_admin)
    for act in (Act.PICK, Act.FILES, Act.REDO, Act.VARY, Act.ANIMATE):
        assert may == rulings.may_press(said, Press(act), of(owner))
    for command in (PickCommand(2), VaryCommand(2)):
        assert may == rulings.may_reply(said, command, of(owner))


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW])
def test_ones_own_request_that_came_to_nothing_may_be_tried_again(state: JobState) -> None:
    said = talk(GroupRules(pressers=Pressers.ADMINS))
    assert rulings.may_press(said, Press(Act.REDO), of(BEN, state))
    assert not rulings.may_press(said, Press(Act.REDO), of(AN, state))


def test_words_about_nothing_of_a_result_are_bound_by_no_rule_on_results() -> None:
    said = talk(GroupRules(pressers=Pressers.ADMINS))
    for parsed in (NotForUs(), PlainCommand("help")):
        assert rulings.may_reply(said, parsed, of(AN))


def test_ones_own_result_is_taken_to_ones_private_chat_whoever_may_press() -> None:
    said = talk(GroupRules(pressers=Pressers.ADMINS))
    assert rulings.may_press(said, Press(Act.TO_ME), of(BEN))
    assert not rulings.may_press(said, Press(Act.TO_ME), of(AN))


@pytest.mark.parametrize(
    "press",
    [Press(Act.CANCEL), Press(Act.BULK, how="3-stop"), Press(Act.RESOLVE), Press(Act.PAUSE)],
)
def test_stopping_and_the_operators_buttons_work_for_whom_they_are(press: Press) -> None:
    said = talk(GroupRules(users=Users.ADMINS, topics=(5,)))
    assert rulings.of_press(said, press, GENERAL) is None


@pytest.mark.parametrize(
    ("is_admin", "topic", "refusal"),
    [
        (False, 5, Refusal.NOT_ADMIN),
        (True, 5, None),
        (True, GENERAL, Refusal.OTHER_TOPIC),
        (True, None, None),
    ],
)
def test_members_and_other_topics_are_refused(
    *, is_admin: bool, topic: int | None, refusal: Refusal | None
) -> None:
    said = talk(GroupRules(users=Users.ADMINS, topics=(5,)), is_admin=is_admin)
    assert refusal == rulings.of_command(said, VaryCommand(1), topic)
    assert refusal == rulings.of_press(said, Press(Act.VARY), topic)


@pytest.mark.parametrize("name", ["settings", "lang", "doctor"])
def test_an_admin_sets_the_group_right_from_any_topic(name: str) -> None:
    said = talk(GroupRules(topics=(5,)), is_admin=True)
    assert rulings.of_command(said, PlainCommand(name), 9) is None
    assert rulings.of_press(said, Press(Act.GROUP), 9) is None
    member = talk(GroupRules(topics=(5,)))
    assert Refusal.OTHER_TOPIC is rulings.of_command(member, PlainCommand(name), 9)
    assert Refusal.OTHER_TOPIC is rulings.of_press(member, Press(Act.GROUP), 9)
