"""The inbox: every update is kept once, in the lane within which order matters."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import NOON, Shop

from bot.chat.inbox import ALLOWED, lane_of, write_inbox
from bot.store.port import Topic

LAN = {"id": 7, "is_bot": False, "first_name": "Lan"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100, "type": "supergroup"}


def said(update_id: int, text: str = "/img cat") -> dict[str, Any]:
    return {"update_id": update_id, "message": {"from": LAN, "chat": GROUP, "text": text}}


async def keep(shop: Shop, *updates: Any) -> None:
    await shop.store.write(lambda tx: write_inbox(tx, updates, now=NOON))


async def settle(shop: Shop, state: str, error: str | None) -> None:
    await shop.store.write(lambda tx: tx.run("inbox_settle", update_id=1, state=state, error=error))


async def kept(shop: Shop) -> list[Any]:
    # No statement of the bot's reads more than one.
    sql = "SELECT payload FROM inbox WHERE state = 'new' ORDER BY received_at, update_id"
    rows = await shop.store._reader.execute_fetchall(sql)
    return [json.loads(row["payload"]) for row in rows]


async def test_the_same_update_twice_is_one_row(shop: Shop) -> None:
    await keep(shop, said(1), said(2), said(1))
    await asyncio.gather(*(keep(shop, said(2), said(3)) for _ in range(5)))
    assert [said(1), said(2), said(3)] == await kept(shop)


async def test_an_update_that_was_handled_does_not_come_back(shop: Shop) -> None:
    await keep(shop, said(1))
    await settle(shop, "done", None)
    await keep(shop, said(1))
    assert [] == await kept(shop)


async def test_what_was_buried_stays_buried(shop: Shop) -> None:
    await keep(shop, said(1))
    for state, error in (("failed", "ValueError: no"), ("done", None)):
        await settle(shop, state, error)
    (row,) = await shop.store._reader.execute_fetchall("SELECT state, error FROM inbox")
    assert ("failed", "ValueError: no") == (row["state"], row["error"])


async def test_new_updates_wake_the_dispatcher(shop: Shop) -> None:
    ear = shop.store.wakeups(Topic.INBOX)
    await keep(shop, said(1))
    await ear.wait(None)


@pytest.mark.parametrize("text", ["half an emoji \ud83d", "một chú mèo 🐈", "nul \x00 inside"])
async def test_whatever_was_typed_is_kept_as_it_came(shop: Shop, text: str) -> None:
    await keep(shop, said(1, text))
    assert [said(1, text)] == await kept(shop)


@pytest.mark.parametrize(
    "update", [{"message": {}}, {"update_id": "7"}, {"update_id": True}, [], 7]
)
async def test_what_is_no_update_is_kept_once_where_nothing_waits_for_it(
    shop: Shop, update: Any
) -> None:
    await keep(shop, update, said(2), update)
    assert [said(2)] == await kept(shop)
    rows = await shop.store._reader.execute_fetchall("SELECT state, payload FROM inbox")
    assert sorted([("failed", json.dumps(update)), ("new", json.dumps(said(2)))]) == sorted(
        (row["state"], row["payload"]) for row in rows
    )


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": GROUP, "from": LAN}}, -100),
        ({"message": {"chat": PRIVATE, "from": LAN}}, 7),
        ({"message": {"chat": GROUP, "sender_chat": GROUP}}, -100),
        ({"callback_query": {"from": LAN, "message": {"chat": GROUP}}}, -100),
        ({"callback_query": {"from": LAN, "inline_message_id": "i"}}, 7),
        ({"callback_query": {"from": LAN, "message": {"chat": PRIVATE, "date": 0}}}, 7),
        ({"my_chat_member": {"chat": GROUP, "from": LAN}}, -100),
        ({"message": {"chat": {"id": 10**30}, "from": LAN}}, 7),
        ({"poll": {"id": "5"}}, 0),
        ({"message": "broken"}, 0),
        ({}, 0),
    ],
)
def test_the_lane_is_the_chat_or_else_the_person(update: dict[str, Any], lane: int) -> None:
    assert lane == lane_of(update)


scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "message", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(ALLOWED), scraps))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_update_however_broken_is_without_a_lane(update: dict[str, Any]) -> None:
    assert isinstance(lane_of(update), int)
