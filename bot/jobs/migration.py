"""A group that goes on as a supergroup with another id: everything it has moves, or nothing does.

Knows nothing of how one hears of it. The new chat counts its messages from 1, so a number of the
old chat would name a wrong message there: in the new chat every message of before is numbered
`number_before`, below zero, which no message of Telegram's is
([why](../../docs/decisions/0011-groups-that-move.md)).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from bot.jobs.rules import NAME, GroupRules
from bot.model import ChatId, MessageId, Millis, Place, Say, UserId
from bot.money import terms
from bot.store.port import Reading, Topic, Transaction

SHIFT: Final = -(2**40)
"""Telegram's numbers are far smaller; added, it keeps their order."""
OF_THE_CHAT: Final = (
    "moved_jobs",
    "moved_messages",
    "moved_questions",
    "moved_albums",
    "moved_drafts",
    "moved_presses",
    "moved_bulks",
    "moved_boards",
    "moved_approvals",
    "moved_looks",
    "moved_invoices",
    "moved_payments",
    "moved_vouchers",
)
"""Statements that rename the chat, and itself where it acted as a person, a table each."""
OF_THE_TERM: Final = (
    "moved_jobs_of_term",
    "moved_entries_of_term",
    "moved_payments_of_term",
    "moved_purchases",
)
"""Statements that give the one plan what was the other's."""
SAID_IN_PLACE: Final = frozenset({Say.AWAY, Say.PING, Say.NOD})
"""Rows about a message of the old chat, which nobody can change any more."""


def number_before(message_id: int) -> MessageId:
    """How a message of the old chat is numbered in the new one."""
    return MessageId(message_id + SHIFT)


async def home_of(reading: Reading, chat_id: int) -> ChatId:
    """Where a chat is now; of a group that became a supergroup, the supergroup."""
    row = await reading.one("chat_home", chat_id=chat_id) if chat_id < 0 else None
    return ChatId(row["moved_to"] if row else chat_id)


async def place_now(reading: Reading, place: Place) -> Place:
    """The same place where it is now: without a reply or a topic, if its chat has moved."""
    chat_id = await home_of(reading, place.chat_id)
    return place if chat_id == place.chat_id else Place(chat_id, None, None)


async def move_chat(tx: Transaction, old_id: ChatId, new_id: ChatId, *, now: Millis) -> bool:
    """Give the new chat everything the old one has; False when that was done before."""
    if old_id == new_id or old_id > 0 or new_id > 0:
        return False  # no group became that
    await tx.run("chat_known", chat_id=old_id, now=now)
    if not await tx.run("chat_moves", old_id=old_id, new_id=new_id):
        return False
    ids = {"old_id": old_id, "new_id": new_id}
    await tx.run("chat_arrives", **ids)
    await tx.run("chat_admins_forget", chat_id=old_id)
    await tx.run("user_arrives", **ids)
    await _move_rules(tx, old_id, new_id)
    await tx.run("settings_arrive", **ids)
    await tx.run("settings_forget", scope=old_id)
    await _move_money(tx, old_id, new_id, now)
    await _move_words(tx, old_id, new_id, now)
    for statement in OF_THE_CHAT:
        await tx.run(statement, **ids, shift=SHIFT)
    for topic in Topic:
        tx.wake(topic)
    return True


async def _move_rules(tx: Transaction, old_id: ChatId, new_id: ChatId) -> None:
    """What was set before holds wherever the new chat has nothing but the default."""
    before = await tx.one("setting_get", scope=old_id, name=NAME)
    since = await tx.one("setting_get", scope=new_id, name=NAME)
    if before is None or since is None:
        return
    rules, default = json.loads(before["value"]), json.loads(_value(GroupRules()))
    chosen = json.loads(since["value"])
    rules |= {name: value for name, value in chosen.items() if value != default.get(name)}
    await tx.run("setting_set", scope=new_id, name=NAME, value=json.dumps(rules))


def _value(rules: GroupRules) -> str:
    return json.dumps(dataclasses.asdict(rules))


async def _move_money(tx: Transaction, old_id: ChatId, new_id: ChatId, now: Millis) -> None:
    """Both wallets become one, and so do the days of both allowances; no amount changes."""
    for wallet_id in (UserId(old_id), UserId(new_id)):
        await terms.close_over(tx, wallet_id, now=now)  # else its rest would live on in the other
    if (wallet := await tx.one("wallet_get", wallet_id=old_id)) is not None:
        await tx.run("wallet_open", wallet_id=new_id)
        await tx.run("moved_entries", old_id=old_id, new_id=new_id)
        balance, held = wallet["balance_vnd"], wallet["held_vnd"]
        await tx.run("wallet_move", wallet_id=new_id, balance_delta=balance, held_delta=held)
        await tx.run("wallet_move", wallet_id=old_id, balance_delta=-balance, held_delta=-held)
        if wallet["hinted_at"] is not None:
            told = {"job_id": wallet["hinted_by"], "now": wallet["hinted_at"]}
            await tx.run("wallet_hinted", wallet_id=new_id, **told)
        await _move_terms(tx, old_id, new_id)
    await tx.run("allowance_days_arrive", old_id=old_id, new_id=new_id)
    await tx.run("moved_uses", old_id=old_id, new_id=new_id)
    await tx.run("allowance_days_empty", user_id=old_id)


async def _move_terms(tx: Transaction, old_id: ChatId, new_id: ChatId) -> None:
    """Plans go along. Where both have one whose balance lapses, the old becomes part of the new.

    Two such plans cannot run side by side, so the new one's name and refund share hold for both, and
    a sale of it that is undone may leave it the other's days. No money is lost by it, and only who
    buys a plan under the new id before we hear of the move gets there.
    """
    before = await tx.one("term_lapsing", wallet_id=old_id)
    since = await tx.one("term_lapsing", wallet_id=new_id)
    if before is not None and since is not None:
        ids = {"old_term": before["term_id"], "new_term": since["term_id"]}
        await tx.run(
            "term_takes_in",
            term_id=since["term_id"],
            ends_at=max(before["ends_at"], since["ends_at"]),
            bought_vnd=before["bought_vnd"],
            gone_vnd=before["gone_vnd"],
            spent_vnd=before["spent_vnd"],
        )
        await tx.run("term_is_taken_in", term_id=before["term_id"])
        for statement in OF_THE_TERM:
            await tx.run(statement, **ids)
    await tx.run("moved_terms", old_id=old_id, new_id=new_id)


async def _move_words(tx: Transaction, old_id: ChatId, new_id: ChatId, now: Millis) -> None:
    """What is still to be said is said in the new chat, and how open work stands is said anew."""
    for row in await tx.all("outbox_to_move", chat_id=old_id):
        await tx.run(
            "outbox_moves",
            outbox_id=row["outbox_id"],
            chat_id=new_id,
            payload=json.dumps(
                _payload_now(json.loads(row["payload"]), old_id, new_id), ensure_ascii=False
            ),
        )
        if row["state"] == "waiting" and Say(row["say"]) in SAID_IN_PLACE:
            await tx.run("outbox_drop", outbox_id=row["outbox_id"], error=None)
    await tx.run("statuses_over", chat_id=old_id)
    await tx.run("statuses_anew", old_id=old_id, new_id=new_id, now=now)


def _payload_now(payload: Mapping[str, Any], old_id: ChatId, new_id: ChatId) -> dict[str, Any]:
    """Without the page it would have turned, and with who asked under the new id."""
    now = {name: value for name, value in payload.items() if name != "edits"}
    if "messages" in now:  # to be taken away
        now["messages"] = [number_before(number) for number in now["messages"]]
    if isinstance(question := now.get("question"), Mapping):
        now["question"] = _renamed(question, old_id, new_id)
    return _renamed(now, old_id, new_id)


def _renamed(values: Mapping[str, Any], old_id: ChatId, new_id: ChatId) -> dict[str, Any]:
    """The group itself may be who asked."""
    return {**values, "user_id": new_id} if values.get("user_id") == old_id else {**values}


async def send_there(tx: Transaction, outbox_id: int, new_id: ChatId, *, now: Millis) -> None:
    """A send that was refused because its chat has moved: that was no attempt."""
    row = await tx.one("outbox_get", outbox_id=outbox_id)
    if row is None:
        return
    if row["chat_id"] != new_id:
        payload = _payload_now(json.loads(row["payload"]), row["chat_id"], new_id)
        written = json.dumps(payload, ensure_ascii=False)
        await tx.run("outbox_moves", outbox_id=outbox_id, chat_id=new_id, payload=written)
    await tx.run("outbox_put_off", outbox_id=outbox_id, due_at=now, error=None)
    if Say(row["say"]) in SAID_IN_PLACE:
        await tx.run("outbox_drop", outbox_id=outbox_id, error=None)
    tx.wake(Topic.OUTBOX)
