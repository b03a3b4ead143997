"""A plan file of a few lines, as it is read: the plans in it, or what is wrong with it."""

from pathlib import Path

from bot.errors import SettingsError
from bot.money.plan_file import load_plans
from bot.money.plans import Plans

FREE = "[plans.free]\n"
GOLD = FREE + "[plans.gold]\n"


def plans_of(tmp_path: Path, text: str) -> Plans:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_plans(path)


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    try:
        plans_of(tmp_path, text)
    except SettingsError as error:
        return [problem.removeprefix(f"{tmp_path}/own.toml: ") for problem in error.problems]
    return []
