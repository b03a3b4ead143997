"""No setting and no metric without a word about it: this fails when the documents fall behind."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import settings
from bot.settings import Settings
from bot.settings.model import secret_names, setting_names
from bot.telemetry import create_metrics

TOP = Path(__file__).parents[2]
EXAMPLE = (TOP / ".env.example").read_text(encoding="utf-8")
DOCUMENT = (TOP / "docs" / "settings.md").read_text(encoding="utf-8")

ROW = re.compile(r"^\| `([A-Z_]+)`( 🔑)? \| .+ \| (?:`(.+)`)? ?\|$", re.MULTILINE)
LINE = re.compile(r"^(?:# )?([A-Z_]+)=(.*)$", re.MULTILINE)


def as_written(default: Any) -> str:
    match default:
        case None | frozenset():
            return ""
        case SecretStr():
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case _:
            return str(default)


DEFAULTS = {
    field.upper(): as_written(info.default) for field, info in Settings.model_fields.items()
}


def test_the_example_shows_every_setting_with_its_default() -> None:
    assert dict(LINE.findall(EXAMPLE)) == DEFAULTS


def test_the_document_explains_every_setting_with_its_default() -> None:
    assert {name: default for name, _, default in ROW.findall(DOCUMENT)} == DEFAULTS
    assert set(secret_names()) == {name for name, key, _ in ROW.findall(DOCUMENT) if key}


def test_the_example_is_understood_with_every_line_in_use(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(LINE.sub(r"\1=\2", EXAMPLE), encoding="utf-8")

    assert settings.read({}, env_file) == Settings()


@pytest.mark.parametrize("name", setting_names())
def test_every_name_has_a_prefix_that_is_watched(name: str) -> None:
    assert name.startswith(("TELEGRAM_", "APIFRAME_", "FLOW_", "BOT_"))


def test_the_document_explains_every_metric() -> None:
    registry = create_metrics().registry
    names = {family.name + "_total" * (family.type == "counter") for family in registry.collect()}

    assert set(re.findall(r"`(easel_\w+)`", DOCUMENT)) == names
