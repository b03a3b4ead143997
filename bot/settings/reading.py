"""Reads the settings from the environment and `.env`; refuses what is misspelt or unreadable.

Knows nothing of what the settings mean together: that is judged beside this file.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pydantic
from dotenv.parser import parse_stream

from bot.errors import SettingsError, why_unreadable
from bot.settings.checks import Problem, find_problems
from bot.settings.model import Settings, secret_names, setting_names

PREFIXES = ("TELEGRAM_", "APIFRAME_", "FLOW_", "BOT_")
"""A name that begins so is ours, and must be known."""

MEANS_SOMETHING_EMPTY = frozenset({"BOT_WEB_LISTEN"})
"""Left empty these say "off"; any other setting left empty is as if it were not there."""


def load(environ: Mapping[str, str], env_file: Path | None) -> Settings:
    """The settings `bot run` can work with; the environment goes before the file.

    A file that does not exist counts as empty. Raises SettingsError with every problem there
    is: misspelt, unreadable, missing and contradicting ones.
    """
    settings, found = _read(environ, env_file)
    in_trouble = {problem.name for problem in found if problem.name}
    # What could not be read looks missing in `settings`; it was complained about already.
    found += [
        problem
        for problem in find_problems(settings)
        if in_trouble.isdisjoint({problem.name, problem.other_name})
    ]
    if found:
        raise SettingsError([problem.sentence for problem in found])
    return settings


def read(environ: Mapping[str, str], env_file: Path | None) -> Settings:
    """Like ``load`` for commands that need no token and no provider, such as `bot backup`."""
    settings, found = _read(environ, env_file)
    if found:
        raise SettingsError([problem.sentence for problem in found])
    return settings


def _read(environ: Mapping[str, str], env_file: Path | None) -> tuple[Settings, list[Problem]]:
    found: list[Problem] = []
    lines = _lines(env_file, found) if env_file is not None and env_file.exists() else {}
    values = {
        **_known(lines, f"in {env_file}", found),
        **_known(environ, "in the environment", found),
    }
    given = {
        name: value.strip()
        for name, value in values.items()
        if value.strip() or name in MEANS_SOMETHING_EMPTY
    }
    return _build(given, found), found


def _lines(env_file: Path, found: list[Problem]) -> dict[str, str]:
    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found.append(Problem("", f"{env_file} cannot be read: {why_unreadable(error)}."))
        return {}
    lines: dict[str, str] = {}
    # The library's own reader warns about a broken line and goes on without it.
    for line in parse_stream(io.StringIO(text)):
        if line.key is not None and line.value is not None:
            lines[line.key] = line.value
        elif line.key is not None or line.error:
            blank = line.original.string
            number = line.original.line + blank[: len(blank) - len(blank.lstrip())].count("\n")
            found.append(
                Problem("", f"{env_file}, line {number} is not of the form NAME=value: correct it.")
            )
    return lines


def _known(layer: Mapping[str, str], where: str, found: list[Problem]) -> dict[str, str]:
    """The layer's settings by name, secrets taken from their files; complaints about the rest."""
    known = set(setting_names())
    files = {f"{name}_FILE": name for name in secret_names()}
    values: dict[str, str] = {}
    for name, value in layer.items():
        if name in known:
            values[name] = value
        elif not name.upper().startswith(PREFIXES):
            continue
        elif name not in files:
            near = difflib.get_close_matches(name.upper(), [*known, *files], n=1, cutoff=0)
            sentence = f"{name} {where} is no setting: did you mean {near[0]}?"
            found.append(Problem(near[0], sentence))
        elif layer.get(files[name]):
            sentence = f"{files[name]} and {name} are both given {where}: keep one."
            found.append(Problem(files[name], sentence))
        elif value.strip():
            values.update(_from_file(files[name], Path(value.strip()), found))
    return values


def _from_file(name: str, path: Path, found: list[Problem]) -> Iterator[tuple[str, str]]:
    try:
        secret = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        sentence = f"{name}_FILE names {path}, which cannot be read ({reason}): correct the path."
        found.append(Problem(name, sentence))
        return
    if not secret:
        found.append(Problem(name, f"{name}_FILE names {path}, which is empty: put the secret in."))
        return
    yield name, secret


def _build(given: Mapping[str, str], found: list[Problem]) -> Settings:
    """Settings of what can be understood; what cannot is complained about and left out."""
    fields = {name.lower(): value for name, value in given.items()}
    try:
        return Settings.model_validate(fields)
    except pydantic.ValidationError as error:
        wrong = {str(detail["loc"][0]): detail for detail in error.errors()}
    for field, detail in wrong.items():
        context = detail.get("ctx", {})
        expected = context.get("error") or context.get("expected") or detail["msg"]
        sentence = f"{field.upper()} is {fields[field]!r}: expected {expected}."
        found.append(Problem(field.upper(), sentence))
    return Settings.model_validate({k: v for k, v in fields.items() if k not in wrong})
