"""The statements: each is understood by the database, used, and quick however much has piled up."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import bot
from bot.store.connecting import load_statements
from bot.store.sqlite import _migrations

STATEMENTS = load_statements()
PROGRAM = "\n".join(path.read_text("utf-8") for path in Path(bot.__file__).parent.rglob("*.py"))

READS_ALL = {
    # The operator asks for every entry to be added up.
    *(name for name in STATEMENTS if name.startswith("verify_")),
    "outbox_recover",  # once, at start
}
"""Statements that may look at every row there ever was."""

GROWING = {
    *("job", "ledger_entry", "allowance_use", "job_event", "asset", "message", "outbox"),
    *("payment", "invoice", "plan_term", "term_purchase", "voucher"),
}
"""Tables that only grow."""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for _, script in _migrations():
            connection.executescript(script)
        yield connection


def explained(database: sqlite3.Connection, name: str) -> list[str]:
    """How the database would go about it."""
    statement = STATEMENTS[name]
    values = dict.fromkeys(re.findall(r":(\w+)", statement), 1)
    rows = database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row[3] for row in rows]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_understood_by_the_database(
    database: sqlite3.Connection, name: str
) -> None:
    assert explained(database, name) is not None


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_used(name: str) -> None:
    assert f'"{name}"' in PROGRAM


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_says_what_it_is_for_or_reads_by_itself(name: str) -> None:
    text = re.sub(r"\n-- =+.*", "", STATEMENTS[name].strip())
    assert text.startswith("-- ") or len(text.splitlines()) <= 3


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - READS_ALL))
def test_no_statement_of_a_working_bot_reads_a_growing_table_through(
    database: sqlite3.Connection, name: str
) -> None:
    """A scan of a partial index sees only what is under way; `job_by_state` is counted, not read."""
    for step in explained(database, name):
        scan = re.fullmatch(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?.*", step)
        if scan is None or not _is_growing(scan[1]):
            continue
        index = (
            scan[2]
            and database.execute(
                "SELECT sql FROM sqlite_master WHERE name = ?", (scan[2],)
            ).fetchone()
        )
        is_partial = bool(index and index[0] and " WHERE " in index[0])
        assert is_partial or "job_by_state" == scan[2], step


def test_nothing_is_read_through_for_a_row_that_is_put_away(database: sqlite3.Connection) -> None:
    """The database looks for what refers to each row that goes."""
    tables = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    put_away = {
        table for text in STATEMENTS.values() for table in re.findall(r"DELETE FROM (\w+)", text)
    }
    read_through = []
    for table in tables:
        for key in database.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            parent, column = key[2], key[3]
            search = f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = ?"
            plan = database.execute(search, (1,)).fetchall()
            if parent in put_away and any(row[3].startswith("SCAN") for row in plan):
                read_through.append(f"{table}.{column}")
    assert [] == read_through


def _is_growing(alias: str) -> bool:
    """Single letters and `twin`, `turn`, `other` stand for the tables that grow."""
    return alias in GROWING or alias in {"j", "o", "twin", "turn", "other"}


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("jobs_due", "job_due"),
        ("jobs_due", "job_deadline"),
        ("jobs_due_soon", "job_due_at_provider"),
        ("next_due", "job_due"),
        ("next_due", "job_deadline"),
        ("jobs_of_day", "job_of_day"),
        ("lanes_taken", "job_lanes"),
        ("next_admitted", "job_lanes_of_user"),
        ("next_admitted", "job_turns"),
        ("jobs_ahead", "job_queue"),
        ("typical_durations", "job_typical"),
        ("jobs_of_user", "job_open_by_user"),
        ("own_jobs_ahead", "job_open_by_user"),
        ("outputs_of_payer", "job_counted"),
        ("outputs_in_chat", "job_counted_in_group"),
        ("outputs_of_day", "job_counted"),
        ("jobs_unsettled", "job_unsettled"),
        ("stats_paid", "payment_by_time"),
        ("stats_given_back", "payment_gone_back"),
        ("history_older", "job_history"),
        ("history_newer", "job_history"),
        ("receipts_older", "job_receipts"),
        ("receipts_older", "ledger_entry_of_no_job"),
        ("receipts_older", "term_purchase_by_key"),
        ("receipts_moved_since", "job_receipts"),
        ("receipts_moved_since", "ledger_entry_of_no_job"),
        ("receipt_edges_newer", "job_receipts"),
        ("receipt_edges_newer", "ledger_entry_of_no_job"),
        ("outbox_heads", "outbox_turns"),
        ("outbox_heads", "outbox_by_job"),
        ("outbox_sending", "outbox_turns"),
        ("outbox_sent_since", "outbox_sent_at"),
        ("outbox_next_due", "outbox_waiting"),
        ("inbox_lanes", "inbox_lane"),
        ("inbox_next", "inbox_lane"),
    ],
)
def test_what_is_asked_all_the_time_has_an_index_of_its_own(
    database: sqlite3.Connection, name: str, index: str
) -> None:
    plan = "\n".join(explained(database, name))
    assert re.search(rf"INDEX {index}\b", plan), plan


def test_every_index_of_the_money_is_used(database: sqlite3.Connection) -> None:
    """Or keeps something from being there twice; each costs at every write."""
    [script] = [text for number, text in _migrations() if number == 5]
    plans = "\n".join(step for name in STATEMENTS for step in explained(database, name))
    indexes = re.findall(r"CREATE INDEX (\w+)", script)
    assert [] == [index for index in indexes if not re.search(rf"INDEX {index}\b", plans)]


def test_a_month_of_jobs_is_added_up_from_indexes_alone(database: sqlite3.Connection) -> None:
    assert "USING COVERING INDEX job_of_days" in explained(database, "stats_jobs")[0]
    assert "USING COVERING INDEX job_said" in explained(database, "stats_said")[0]
