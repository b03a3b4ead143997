"""A group becomes a supergroup: everything it has goes along, and every table is known to go."""

import functools
import json
import re
from typing import Any

import pytest
from shop import GRID, NOON, Shop

from bot.jobs.accept import Accepted, Order
from bot.jobs.facts import CancelAsked
from bot.jobs.migration import home_of, move_chat, number_before
from bot.jobs.rules import GroupRules, Payer, Pressers, rules_of, set_rules
from bot.jobs.saying import say
from bot.model import ChatId, Job, MessageId, Place, Say, Urgency, UserId
from bot.money.ledger import EntryKind, enter
from bot.store.port import Row, Transaction

OLD, NEW = ChatId(-4001), ChatId(-1_002_000_000_001)
AN = 7
NAMES_ONE = re.compile(
    r"(chat|user|wallet|payer|admin|group|owner|asker|sender|member|viewer)_id"
    r"|scope|lane|decided_by|used_by|moved_to"
)
"""What a column is called that may hold the id of a group, also of tables to come."""
MOVED = {
    ("user", "user_id"): "user_arrives",
    ("chat", "chat_id"): "chat_arrives",
    ("wallet", "wallet_id"): "wallet_move",
    ("ledger_entry", "wallet_id"): "moved_entries",
    ("plan_term", "wallet_id"): "moved_terms",
    ("invoice", "user_id"): "moved_invoices",
    ("invoice", "wallet_id"): "moved_invoices",
    ("invoice", "chat_id"): "moved_invoices",
    ("payment", "user_id"): "moved_payments",
    ("payment", "wallet_id"): "moved_payments",
    ("voucher", "wallet_id"): "moved_vouchers",
    ("voucher", "used_by"): "moved_vouchers",
    ("allowance_day", "user_id"): "allowance_days_arrive",
    ("allowance_use", "user_id"): "moved_uses",
    ("job", "user_id"): "moved_jobs",
    ("job", "payer_id"): "moved_jobs",
    ("job", "chat_id"): "moved_jobs",
    ("message", "chat_id"): "moved_messages",
    ("outbox", "chat_id"): "outbox_moves",
    ("setting", "scope"): "settings_arrive",
    ("album_item", "chat_id"): "moved_albums",
    ("draft", "user_id"): "moved_drafts",
    ("draft", "chat_id"): "moved_drafts",
    ("press", "user_id"): "moved_presses",
    ("press", "chat_id"): "moved_presses",
    ("account_look", "chat_id"): "moved_looks",
    ("question", "chat_id"): "moved_questions",
    ("question", "user_id"): "moved_questions",
    ("bulk", "user_id"): "moved_bulks",
    ("bulk", "chat_id"): "moved_bulks",
    ("chat_admin", "chat_id"): "chat_admins_forget",
    ("board", "chat_id"): "moved_boards",
    ("approval", "user_id"): "moved_approvals",
    ("approval", "chat_id"): "moved_approvals",
    ("approval", "decided_by"): "moved_approvals",
}
"""Which statement takes a column along; what is missing here would be left behind."""
STAYS = {
    ("stats_look", "chat_id"): "an operator's private chat",
    ("inbox", "lane"): "an update is read as of the new chat when its turn comes",
    ("chat", "moved_to"): "where the group went",
    ("job", "moved_to"): "another job",
    ("chat_admin", "user_id"): "a person",
}
LEFT_EMPTY = {("user", "user_id"), ("wallet", "wallet_id"), ("allowance_day", "user_id")}
"""The old row stays, with nothing in it and nothing that names it."""


async def rows(shop: Shop, question: str, *values: object) -> list[Row]:
    found = await shop.store._reader.execute_fetchall(question, values)
    return [dict(row) for row in found]


async def columns(shop: Shop) -> set[tuple[str, str]]:
    sql = (
        "SELECT t.name AS held, c.name AS called FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table'"
    )
    return {(row["held"], row["called"]) for row in await rows(shop, sql)}


async def move(shop: Shop, *, at: int = NOON) -> bool:
    return await shop.store.write(lambda tx: move_chat(tx, OLD, NEW, now=at))


async def group_asks(shop: Shop, chat_id: ChatId = OLD, *, user: int | None = None) -> Job:
    """Somebody of the group, or the group itself, orders a grid."""

    async def work(tx: Transaction) -> Job:
        user_id = UserId(chat_id if user is None else user)
        seen = {"first_name": "Nhóm", "username": None, "language_code": None, "now": NOON}
        await tx.run("user_seen", user_id=user_id, **seen)
        await tx.run("chat_seen", chat_id=chat_id, kind="group", title="Nhóm", now=NOON)
        place = Place(chat_id, None, MessageId(5))
        outcome = await shop.desk.accept(tx, Order(user_id, place, GRID, "apiframe"))
        assert isinstance(outcome, Accepted), outcome
        return outcome.job

    return await shop.store.write(work)


async def furnish(shop: Shop) -> Job:
    """A row in every table that may name the group."""
    job = await group_asks(shop)
    await shop.grant(OLD, 5_000)
    value = {"o": int(OLD), "j": job.job_id, "n": NOON}
    for sql in (
        "UPDATE job SET thread_id = 3, status_message_id = 9, bar = 1",
        "INSERT INTO message VALUES (:o, 11, :j, 2)",
        "INSERT INTO question VALUES (:o, 12, :o, '/img {}', NULL, NULL, :n)",
        "INSERT INTO album_item VALUES (:o, 'a', 13, '{}', :n)",
        (
            "INSERT INTO draft (user_id, chat_id, message_id, text, pictures, created_at)"
            " VALUES (:o, :o, 14, '/img', '[]', :n)"
        ),
        "INSERT INTO press VALUES (:o, :o, 15, 'r:x::', :n)",
        (
            "INSERT INTO bulk (user_id, chat_id, message_id, status_message_id, state, parts,"
            " created_at) VALUES (:o, :o, 16, 17, 'asked', '[]', :n)"
        ),
        "INSERT INTO board (chat_id, message_id, created_at) VALUES (:o, 18, :n)",
        (
            "INSERT INTO approval (user_id, chat_id, message_id, language, provider, request, cost_vnd, state,"
            " decided_by, created_at) VALUES (:o, :o, 19, 'vi', 'flow', '{}', 1, 'asked', :o, :n)"
        ),
        "INSERT INTO account_look (chat_id, reply_to, language, day) VALUES (:o, 20, 'vi', '')",
        "INSERT INTO chat_admin VALUES (:o, 7)",
        (
            "INSERT INTO plan_term (wallet_id, plan, began_at, author, reason)"
            " VALUES (:o, 'prepaid', :n, 'me', '')"
        ),
        (
            "INSERT INTO invoice (invoice_id, user_id, wallet_id, chat_id, stars, vnd_per_star,"
            " created_at) VALUES ('i', :o, :o, :o, 200, 330, :n)"
        ),
        (
            "INSERT INTO payment (charge_id, user_id, wallet_id, stars, vnd_per_star, amount_vnd,"
            " paid_at) VALUES ('c', :o, :o, 200, 330, 66000, :n)"
        ),
        ("INSERT INTO voucher VALUES ('V', 100, 'me', :n, :n, :o, :o, :n)"),
        "INSERT INTO inbox (update_id, lane, payload, received_at) VALUES (1, :o, '{}', :n)",
    ):
        await shop.store._writer.execute(sql, value)
    for kind, key, amount_vnd in (
        (EntryKind.TOPUP, "payment:c", 66_000),
        (EntryKind.VOUCHER, "voucher:V", 100),
        (EntryKind.CORRECTION, "taken back", 66_100),
    ):
        entry = functools.partial(enter, wallet_id=UserId(OLD), kind=kind, amount_vnd=amount_vnd)
        await shop.store.write(functools.partial(entry, act=shop.act(key)))
    await shop.store.write(lambda tx: set_rules(tx, OLD, GroupRules(payer=Payer.GROUP)))
    payload = {"edits": 21, "question": {"user_id": int(OLD), "line": "/img {}"}}
    place = Place(OLD, 3, MessageId(22))
    await shop.store.write(
        lambda tx: say(
            tx,
            Say.TEXT,
            place,
            urgency=Urgency.ANSWER,
            now=NOON,
            job_id=job.job_id,
            payload=payload,
        )
    )
    return job


async def test_every_column_that_may_name_a_group_is_known_to_the_mover(shop: Shop) -> None:
    named = {each for each in await columns(shop) if NAMES_ONE.fullmatch(each[1])}
    assert MOVED.keys() | STAYS.keys() == named


async def test_after_the_move_nothing_names_the_old_chat_but_where_it_went(shop: Shop) -> None:
    await furnish(shop)
    before = {
        each
        for each in MOVED
        if await rows(shop, f"SELECT 1 FROM {each[0]} WHERE {each[1]} = ?", OLD)
    }
    assert MOVED.keys() == before
    assert await move(shop)
    for table, column in MOVED.keys() - LEFT_EMPTY - {("chat", "chat_id")}:
        left = await rows(shop, f"SELECT * FROM {table} WHERE {column} = ?", OLD)
        assert [] == left, (table, column)
    for table, column in MOVED.keys() - {("chat_admin", "chat_id")}:
        assert await rows(shop, f"SELECT 1 FROM {table} WHERE {column} = ?", NEW), (table, column)
    assert NEW == await home_of(shop.store, OLD)
    assert [] == await shop.findings()


async def test_no_number_of_the_old_chat_is_one_of_the_new(shop: Shop) -> None:
    await furnish(shop)
    await move(shop)
    numbers = [
        row["number"]
        for table, column in (
            ("job", "request_message_id"),
            ("job", "status_message_id"),
            ("job", "thread_id"),
            ("message", "message_id"),
            ("question", "message_id"),
            ("draft", "message_id"),
            ("press", "message_id"),
            ("bulk", "message_id"),
            ("bulk", "status_message_id"),
            ("board", "message_id"),
            ("approval", "message_id"),
            ("account_look", "reply_to"),
            ("outbox", "reply_to"),
            ("outbox", "thread_id"),
        )
        for row in await rows(shop, f"SELECT {column} AS number FROM {table}")
    ]
    assert all(number is None or number < 0 for number in numbers)
    [text] = await rows(shop, "SELECT payload FROM outbox WHERE say = 'text'")
    assert {"question": {"user_id": NEW, "line": "/img {}"}} == json.loads(text["payload"])
    [shown] = await rows(shop, "SELECT message_id FROM message")
    assert number_before(11) == shown["message_id"]


async def test_what_open_work_says_is_said_anew_and_what_is_done_is_not(shop: Shop) -> None:
    job = await furnish(shop)
    await shop.tamper("UPDATE outbox SET state = 'sent', sends = 3, sent_at = 1")
    await shop.tamper(
        "INSERT INTO outbox (say, chat_id, payload, urgency, due_at, created_at, key,"
        f" state) VALUES ('bulk', {OLD}, '{{}}', 0, 0, 0, 'bulk:1', 'sent')"
    )
    await move(shop)
    waiting = await rows(shop, "SELECT key, chat_id FROM outbox WHERE state = 'waiting'")
    assert {f"status:{job.job_id}", "bulk:1"} == {row["key"] for row in waiting}
    assert {NEW} == {row["chat_id"] for row in waiting}


async def test_all_that_is_known_of_the_group_arrives(shop: Shop) -> None:
    await group_asks(shop)
    numbers = {"is_allowed": 1, "is_banned": 1, "refused_at": 5, "created_at": 6, "seen_at": 7}
    words = {"language": "en", "language_code": "vi", "username": "nhom"}
    forgotten = {"moved_to", "admins_at", "unreachable_at"}
    for table in ("chat", "user"):
        held = {called for each, called in await columns(shop) if each == table}
        told = {name: value for name, value in (numbers | words).items() if name in held}
        unknown = held - told.keys() - forgotten
        assert unknown <= {"chat_id", "user_id", "kind", "title", "first_name"}
        chosen = ", ".join(f"{name} = {value!r}" for name, value in told.items())
        await shop.tamper(f"UPDATE {table} SET {chosen} WHERE {table}_id = {OLD}")
    await move(shop)
    for table in ("chat", "user"):
        [before] = await rows(shop, f"SELECT * FROM {table} WHERE {table}_id = ?", OLD)
        [after] = await rows(shop, f"SELECT * FROM {table} WHERE {table}_id = ?", NEW)
        same = before.keys() - forgotten - {"chat_id", "user_id"}
        assert {name: before[name] for name in same} == {name: after[name] for name in same}


async def test_the_move_happens_once_however_often_it_is_told(shop: Shop) -> None:
    await furnish(shop)
    assert await move(shop)
    assert not await move(shop, at=NOON + 1)
    assert 5_000 == (await shop.wallet(NEW)).balance_vnd


async def test_where_the_new_chat_spoke_first_both_are_joined(shop: Shop) -> None:
    await group_asks(shop, OLD)
    await group_asks(shop, NEW)
    await shop.grant(OLD, 5_000)
    await shop.grant(NEW, 300)
    old = GroupRules(payer=Payer.GROUP, pressers=Pressers.ASKER, cap_vnd=900)
    await shop.store.write(lambda tx: set_rules(tx, OLD, old))
    await shop.store.write(lambda tx: set_rules(tx, NEW, GroupRules(cap_vnd=500)))
    await move(shop)
    assert 5_300 == (await shop.wallet(NEW)).balance_vnd
    assert 0 == (await shop.wallet(OLD)).balance_vnd
    expected = GroupRules(payer=Payer.GROUP, pressers=Pressers.ASKER, cap_vnd=500)
    assert expected == await rules_of(shop.store, NEW)
    [day] = await rows(shop, "SELECT used FROM allowance_day WHERE user_id = ?", NEW)
    assert 8 == day["used"]
    assert [] == await shop.findings()


async def test_money_that_was_held_before_is_taken_or_given_back_after(shop: Shop) -> None:
    await shop.grant(OLD, 5_000)
    await shop.store.write(lambda tx: set_rules(tx, OLD, GroupRules(payer=Payer.GROUP)))
    job = await group_asks(shop, user=AN)
    assert 400 == (await shop.wallet(OLD)).held_vnd
    await move(shop)
    assert 400 == (await shop.wallet(NEW)).held_vnd
    await shop.happens(job, CancelAsked())
    assert (5_000, 0) == (
        (await shop.wallet(NEW)).balance_vnd,
        (await shop.wallet(NEW)).held_vnd,
    )
    assert [] == await shop.findings()


async def test_who_read_a_place_before_the_move_says_it_in_the_new_chat(shop: Shop) -> None:
    await move(shop)
    place = Place(OLD, 3, MessageId(4))
    await shop.store.write(lambda tx: say(tx, Say.TEXT, place, urgency=Urgency.ANSWER, now=NOON))
    [row] = await rows(shop, "SELECT chat_id, thread_id, reply_to FROM outbox")
    assert {"chat_id": NEW, "thread_id": None, "reply_to": None} == row


class Failing:
    """A transaction whose disk is full after so many changes."""

    def __init__(self, tx: Transaction, changes: int) -> None:
        self._tx = tx
        self._left = changes
        self.all, self.one, self.wake = tx.all, tx.one, tx.wake

    async def run(self, statement: str, /, **values: Any) -> int:
        if not self._left:
            raise OSError("no space left")
        self._left -= 1
        return await self._tx.run(statement, **values)


async def move_and_fail(changes: int, tx: Transaction) -> bool:
    return await move_chat(Failing(tx, changes), OLD, NEW, now=NOON)


async def test_half_a_move_is_none(shop: Shop) -> None:
    await furnish(shop)
    for changes in range(1, 23):
        with pytest.raises(OSError, match="no space"):
            await shop.store.write(functools.partial(move_and_fail, changes))
        assert OLD == await home_of(shop.store, OLD)
        assert [] == await rows(shop, "SELECT 1 FROM message WHERE chat_id = ?", NEW)
        assert 5_000 == (await shop.wallet(OLD)).balance_vnd
    assert await move(shop)


async def test_a_private_chat_never_moves(shop: Shop) -> None:
    assert not await shop.store.write(lambda tx: move_chat(tx, ChatId(7), NEW, now=NOON))
    assert not await shop.store.write(lambda tx: move_chat(tx, OLD, OLD, now=NOON))


async def test_plans_whose_balance_lapses_on_both_sides_become_one(shop: Shop) -> None:
    await shop.pay_in(OLD, 5_000_000, plan="monthly")
    await shop.set_rules(OLD, GroupRules(payer=Payer.GROUP))
    job = await group_asks(shop, OLD)
    shop.now.at += 3_600_000
    await shop.pay_in(NEW, 5_000_000, plan="monthly")
    await move(shop)
    [term] = await rows(shop, "SELECT * FROM plan_term WHERE ended_at IS NULL")
    assert (NEW, 10_000_000) == (term["wallet_id"], term["bought_vnd"])
    [spends] = await rows(shop, "SELECT term_id FROM job WHERE job_id = ?", job.job_id)
    assert term["term_id"] == spends["term_id"]
    assert [] == await shop.findings()


async def test_a_plan_that_was_over_before_the_move_does_not_live_on_in_the_new_one(
    shop: Shop,
) -> None:
    await shop.pay_in(OLD, 5_000_000, plan="monthly")
    shop.now.at += 31 * 24 * 3_600_000
    await shop.pay_in(NEW, 5_000_000, plan="monthly")
    await move(shop, at=shop.now())
    [term] = await rows(shop, "SELECT * FROM plan_term WHERE ended_at IS NULL")
    assert 5_000_000 == term["bought_vnd"]
    assert 5_000_000 == (await shop.wallet(NEW)).balance_vnd
    assert [] == await shop.findings()
