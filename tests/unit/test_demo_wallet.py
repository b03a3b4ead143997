"""The group of the demo has money to try out who pays, and its receipt says so in its language."""

from pathlib import Path

import pytest

from bot.app import DATABASE_NAME
from bot.cli.demo import _fill_wallet
from bot.settings import load
from bot.store.sqlite import open_store

GIVEN = {"TELEGRAM_BOT_TOKEN": "1:demo", "APIFRAME_API_KEY": "demo"}


@pytest.mark.parametrize(
    ("language", "why"), [("vi", "để thử xem ai trả"), ("en", "to try out who pays")]
)
async def test_the_demos_group_has_money_with_a_reason_in_its_language(
    tmp_path: Path, language: str, why: str
) -> None:
    data_dir = tmp_path / "data"
    environ = {**GIVEN, "BOT_DATA_DIR": str(data_dir), "BOT_LANGUAGE": language}
    await _fill_wallet(load(environ, None), -100)
    async with open_store(data_dir / DATABASE_NAME) as store:
        [entry] = await store._reader.execute_fetchall("SELECT wallet_id, reason FROM ledger_entry")
    assert (-100, why) == (entry["wallet_id"], entry["reason"])
