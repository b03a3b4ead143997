"""The database: all or nothing, durable when answered, and who writes wakes whom it concerns."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from kept_settings import seen_from_outside, set_value, setting

from bot.errors import StoreError
from bot.store.connecting import load_statements, open_reading
from bot.store.port import Topic, Transaction
from bot.store.sqlite import SqliteStore, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(path) as store:
        yield store


async def test_a_write_is_there_for_another_process_when_it_is_answered(
    store: SqliteStore, path: Path
) -> None:
    for name in ("a", "b", "c"):
        await store.write(setting(name))
        assert name in seen_from_outside(path)


async def test_what_a_closure_answers_is_given_back(store: SqliteStore) -> None:
    assert 1 == await store.write(lambda tx: tx.run("setting_set", scope=1, name="a", value="b"))
    assert {"value": "b"} == await store.one("setting_get", scope=1, name="a")


async def test_one_that_fails_takes_nobody_with_it(store: SqliteStore, path: Path) -> None:
    def work(number: int) -> Callable[[Transaction], Awaitable[int]]:
        async def inner(tx: Transaction) -> int:
            await set_value(tx, f"{number:02}")
            if number % 3 == 0:
                raise LookupError(number)
            return number

        return inner

    writes = [store.write(work(number)) for number in range(20)]
    answers = await asyncio.gather(*writes, return_exceptions=True)

    kept = [n for n in range(20) if n % 3]
    assert kept == [each for each in answers if isinstance(each, int)]
    assert [f"{n:02}" for n in kept] == seen_from_outside(path)


async def test_a_broken_rule_of_the_database_undoes_only_its_own_write(
    store: SqliteStore, path: Path
) -> None:
    async def overdraw(tx: Transaction) -> None:
        await set_value(tx, "never")
        await tx.run("wallet_open", wallet_id=1)
        await tx.run("wallet_move", wallet_id=1, balance_delta=-1, held_delta=0)

    answers = await asyncio.gather(
        store.write(setting("before")),
        store.write(overdraw),
        store.write(setting("behind")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], sqlite3.IntegrityError)
    assert ["before", "behind"] == seen_from_outside(path)


async def test_writes_that_wait_together_share_one_commit(store: SqliteStore) -> None:
    seen: list[str] = []
    await store._writer.set_trace_callback(seen.append)
    await asyncio.gather(*(store.write(setting(f"{n}")) for n in range(60)))
    await store._writer.set_trace_callback(lambda _: None)
    assert 1 == seen.count("COMMIT")


async def test_nobody_else_waits_for_a_whole_group(store: SqliteStore) -> None:
    turns: list[str] = []

    async def write(name: str) -> None:
        async def work(tx: Transaction) -> None:
            turns.append("a write")
            await set_value(tx, name)

        await store.write(work)

    async def work_beside() -> None:
        while turns.count("a write") < 20:
            turns.append("another's turn")
            await asyncio.sleep(0)

    await asyncio.gather(work_beside(), *(write(f"{n}") for n in range(20)))
    first = turns.index("a write")
    assert ["a write", "another's turn"] * 19 == turns[first:-1]


async def test_the_connection_is_asked_nothing_else_while_a_group_is_written(
    store: SqliteStore, path: Path
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Transaction) -> None:
        begun.set()
        await go_on.wait()
        await set_value(tx, "a")

    writing = asyncio.create_task(store.write(slow))
    await begun.wait()
    looking = asyncio.create_task(store._data_version())
    await store.all("counts")  # as long as a look would have taken
    assert not looking.done()
    go_on.set()
    await looking
    assert ["a"] == seen_from_outside(path)
    await writing


async def test_somebody_who_stops_waiting_does_not_undo_the_write(
    store: SqliteStore, path: Path
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Transaction) -> None:
        begun.set()
        await go_on.wait()
        await set_value(tx, "kept")

    waiting = asyncio.create_task(store.write(slow))
    await begun.wait()
    waiting.cancel()
    go_on.set()
    await store.write(setting("next"))
    assert waiting.cancelled()
    assert ["kept", "next"] == seen_from_outside(path)


async def test_a_full_disk_is_told_to_all_it_concerns_and_heals(
    store: SqliteStore, path: Path
) -> None:
    big = "x" * 100_000
    pages = await store._writer.execute_fetchall("PRAGMA page_count")
    await store._writer.execute(f"PRAGMA max_page_count = {next(iter(pages))[0]}")
    answers = await asyncio.gather(
        *(store.write(setting(name, big)) for name in "abc"),
        return_exceptions=True,
    )
    assert [StoreError] * 3 == [type(each) for each in answers]
    assert [] == seen_from_outside(path)

    await store._writer.execute("PRAGMA max_page_count = 100000")
    await store.write(setting("d", big))
    assert ["d"] == seen_from_outside(path)


async def test_a_store_that_was_closed_says_so_to_whoever_still_waits(path: Path) -> None:
    begun = asyncio.Event()

    async def endless(_tx: Transaction) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with open_store(path) as store:
        under_way = asyncio.create_task(store.write(endless))
        await begun.wait()
        behind = asyncio.create_task(store.write(setting("a")))
        await asyncio.sleep(0)
    answers = await asyncio.gather(
        under_way,
        behind,
        store.write(setting("b")),
        return_exceptions=True,
    )
    assert [StoreError] * 3 == [type(each) for each in answers]
    assert [] == seen_from_outside(path)


async def test_a_loop_is_woken_by_its_own_topics_only_and_after_the_commit(
    store: SqliteStore, path: Path
) -> None:
    runner, outbox = store.wakeups(Topic.RUNNER), store.wakeups(Topic.OUTBOX)

    async def work(tx: Transaction) -> None:
        await set_value(tx, "a")
        tx.wake(Topic.RUNNER)

    writing = asyncio.create_task(store.write(work))
    await runner.wait(None)
    assert ["a"] == seen_from_outside(path)
    await writing
    assert not outbox._event.is_set()


async def test_a_wake_up_during_work_is_not_missed(store: SqliteStore) -> None:
    ear = store.wakeups(Topic.RUNNER)
    ear.ring()
    await ear.wait(None)
    assert not ear._event.is_set()
    await ear.wait(0.0)  # nobody rang: the time is up


async def test_what_was_undone_wakes_nobody(store: SqliteStore) -> None:
    ear = store.wakeups(Topic.RUNNER)

    async def work(tx: Transaction) -> None:
        tx.wake(Topic.RUNNER)
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(work)
    assert not ear._event.is_set()


async def test_another_processs_write_wakes_every_loop(store: SqliteStore, path: Path) -> None:
    ears = [store.wakeups(topic) for topic in Topic]
    async with open_store(path) as other:
        await other.write(setting("from outside"))
    await asyncio.gather(*(ear.wait(None) for ear in ears))
    assert {"value": "1"} == await store.one("setting_get", scope=1, name="from outside")


async def test_a_look_for_other_processes_that_fails_is_made_again(
    store: SqliteStore, path: Path
) -> None:
    failed = asyncio.Event()

    def refuse(action: int, name: str | None, *_: str | None) -> int:
        if action != sqlite3.SQLITE_PRAGMA or name != "data_version":
            return sqlite3.SQLITE_OK
        loop.call_soon_threadsafe(failed.set)
        return sqlite3.SQLITE_DENY

    loop = asyncio.get_running_loop()
    ear = store.wakeups(Topic.TILL)
    async with store._writer_is_free:
        store._on_the_spot.set_authorizer(refuse)
    await failed.wait()
    async with open_store(path) as other:
        await other.write(setting("from outside"))
    async with store._writer_is_free:
        store._on_the_spot.set_authorizer(None)
    await ear.wait(None)


async def test_a_long_question_keeps_nobody_waiting_who_asks_a_way_of_their_own(
    store: SqliteStore, path: Path
) -> None:
    await store.write(setting("a"))
    is_asked, goes_on = threading.Event(), threading.Event()

    def think() -> int:
        is_asked.set()
        goes_on.wait(30)
        return 1

    await store._reader.create_function("think", 0, think)
    long = asyncio.ensure_future(store._reader.execute_fetchall("SELECT think()"))
    await asyncio.to_thread(is_asked.wait, 30)
    async with open_reading(path) as reading:
        assert {"value": "1"} == await reading.one("setting_get", scope=1, name="a")
        assert not long.done()
    goes_on.set()
    await long


async def test_every_write_reaches_the_disk_before_it_is_answered(store: SqliteStore) -> None:
    for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        rows = await store._writer.execute_fetchall(f"PRAGMA {pragma}")
        assert expected == next(iter(rows))[0]


def test_no_statement_has_two_names() -> None:
    assert len(load_statements()) == len(set(load_statements().values()))
