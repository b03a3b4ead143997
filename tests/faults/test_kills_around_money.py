"""A hundred ask at once where there is money for eight, and the bot is killed again and again."""

import json
import random
from typing import Any, Final

import pytest
from orders import check_book, end_the_search
from process import Host, until

PEOPLE = 25
EACH = 4
ROOM = 8
PRICE_VND = 100
HAS_VND = ROOM * PRICE_VND + PRICE_VND - 1
KILLS = 3
LANES: Final = {"FLOW_THREADS": "20"}
PAYS: Final[dict[str, Any]] = {
    "users": "anyone",
    "pressers": "anyone",
    "payer": "group",
    "cap_vnd": None,
    "ask_above_vnd": None,
    "is_quiet": True,
    "topics": [],
}


@pytest.mark.parametrize("seed", [1])
async def test_of_a_hundred_that_ask_at_once_as_many_are_taken_on_as_there_is_money_for(
    host: Host, seed: int
) -> None:
    chance = random.Random(seed)
    town, story = host.story.town, host.story
    people = [story.person(f"Person {number}") for number in range(PEOPLE)]
    group = story.group("Nhóm vẽ", *people)
    await filled(host, group)
    # Nothing ends and what a kill lost is found again, so nothing is given back to be spent twice.
    town.pace.speed = 0.01
    for number in range(PEOPLE * EACH):
        people[number % PEOPLE].say(f"/img@easel_bot wish {number} --with flow", chat=group)
    for _ in range(KILLS):
        await some_are_decided(host, chance.randrange(1, 12))
        await host.restart(**LANES)
    await until(lambda: decided(host) == PEOPLE * EACH, "everybody to be told")

    assert ROOM == len(host.states())
    assert [(HAS_VND - ROOM * PRICE_VND, ROOM * PRICE_VND)] == wallet(host, group)
    await host.kill()
    await check_book(host)

    town.pace.speed = 60.0
    host.change("UPDATE job SET due_at = 0 WHERE state = 'running'")  # looked at again now
    await host.start(**LANES)
    await until(lambda: is_over(host), f"the eight to end: {host.states()}")
    assert ROOM == len(host.states())
    [(taken,)] = host.rows("SELECT SUM(charged_vnd) FROM job")
    assert [(HAS_VND - taken, 0)] == wallet(host, group)
    done = host.states().count("done")
    assert done * PRICE_VND == taken
    for kind, expected in (("hold", ROOM), ("capture", done), ("release", ROOM - done)):
        [(entries,)] = host.rows("SELECT COUNT(*) FROM ledger_entry WHERE kind = ?", kind)
        assert expected == entries
    await host.kill()
    await check_book(host)


async def filled(host: Host, group: int) -> None:
    """A group that the bot knows, whose wallet pays and has room for eight."""
    [first] = [host.story.person("Chi")]
    host.story.world.chats.rooms[group].members[first.user_id] = "member"
    await host.start(**LANES)
    await first.answer_to(first.say("/quota@easel_bot", chat=group), chat=group)
    assert 0 == (await host.command(f"grant {group} {HAS_VND}")).code
    rules = json.dumps(PAYS)
    host.change("INSERT INTO setting (scope, name, value) VALUES (?, 'group', ?)", group, rules)


def decided(host: Host) -> int:
    """How many of the hundred were taken on or turned away."""
    [(done,)] = host.rows(
        "SELECT COUNT(*) FROM inbox WHERE state = 'done' AND payload LIKE '%wish%'"
    )
    return int(done)


async def some_are_decided(host: Host, more: int) -> None:
    mark = min(decided(host) + more, PEOPLE * EACH)
    await until(lambda: decided(host) >= mark, "some to be decided")


def is_over(host: Host) -> bool:
    """A submit that was lost in a kill is not looked for for minutes."""
    end_the_search(host)
    return set(host.states()) <= {"done", "failed", "needs_review"}


def wallet(host: Host, group: int) -> list[tuple[int, int]]:
    return host.rows("SELECT balance_vnd, held_vnd FROM wallet WHERE wallet_id = ?", group)
