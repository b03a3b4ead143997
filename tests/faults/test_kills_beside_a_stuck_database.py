"""Killed with -9 while another program holds the database: what was confirmed is handled once."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from posted import webhook_settings
from process import Host, until
from story import PATIENCE_S, free_port

from bot.app import DATABASE_NAME
from bot.chat.spill import FILE_NAME

QUESTIONS = 12


@contextlib.contextmanager
def nobody_writes(host: Host) -> Iterator[None]:
    path = host.story.data_dir / DATABASE_NAME
    with contextlib.closing(
        sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
    ) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_what_telegram_was_rid_of_is_handled_once_by_the_next_start(
    host: Host, way: str
) -> None:
    an = host.story.person("An", "en")
    mode = webhook_settings(free_port()) if way == "webhook" else {}
    await host.start(**mode)
    await an.answer_to(an.say("/help"))
    await host.is_quiet()
    with nobody_writes(host):
        asked = [an.say("/quota") for _ in range(QUESTIONS)]
        await until(lambda: not host.story.world.updates.pending, "Telegram to be rid of all")
        assert (host.story.data_dir / FILE_NAME).exists()
        await host.kill()
    await host.start(**mode)
    for each in asked:
        await an.answer_to(each)
    await host.is_quiet()
    kept = host.rows("SELECT COUNT(*), COUNT(DISTINCT payload) FROM inbox WHERE state = 'done'")
    assert [(1 + QUESTIONS, 1 + QUESTIONS)] == kept
    assert not (host.story.data_dir / FILE_NAME).exists()
    replies = [m.get("reply_to_message", {}).get("message_id") for m in an.from_bot()]
    assert [1] * QUESTIONS == [replies.count(each["message_id"]) for each in asked]
